import { Refusal } from '@farmgate/service-kit/refusal.ts'

type Options = { slots: number; maxWaiting: number }

/** Who asks, how many of the slots the work takes, and until when it is worth beginning. */
export type Wish = { user: string; weight: number; signal: AbortSignal }

export type Turns = ReturnType<typeof createTurns>

type Waiter = { weight: number; begin: () => void; refuse: () => void }

/**
 * Lets work begin while there are slots for it; whoever waits takes turns by user, and nobody overtakes work that needs
 * more slots than are free. One who asks for much waits behind himself: of a full house, the last work of whoever has most
 * of it waiting is refused in favour of one who has less. Rejected: a limit per user, since ten photos to a message are ordinary.
 */
export function createTurns({ slots, maxWaiting }: Options) {
  /** By user, in the order of their next turns. */
  const lines = new Map<string, Waiter[]>()
  let free = slots
  let isClosed = false

  const waiting = () => [...lines.values()].flat().length

  function beginNext() {
    for (;;) {
      const [next] = lines
      if (!next) return
      const [user, [first, ...others]] = next
      if (!first || first.weight > free) return
      lines.delete(user)
      if (others.length > 0) lines.set(user, others)
      free -= first.weight
      first.begin()
    }
  }

  /** Throws where there is no room, and nobody who has more waiting than this user would have. */
  function makeRoom(user: string) {
    if (waiting() < maxWaiting) return
    const longest = [...lines.values()].reduce((one, other) => (other.length > one.length ? other : one), [])
    if (longest.length <= (lines.get(user)?.length ?? 0) + 1) throw new Refusal('overloaded')
    longest.at(-1)?.refuse()
  }

  function leave(user: string, waiter: Waiter) {
    const others = lines.get(user)?.filter((other) => other !== waiter) ?? []
    if (others.length > 0) lines.set(user, others)
    else lines.delete(user)
  }

  function turn({ user, weight, signal }: Wish): Promise<void> {
    makeRoom(user)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const refuse = () => {
      leave(user, waiter)
      reject(new Refusal('overloaded'))
      beginNext()
    }
    const waiter: Waiter = { weight, begin: resolve, refuse }
    lines.set(user, [...(lines.get(user) ?? []), waiter])
    signal.addEventListener('abort', refuse)
    beginNext()
    return promise.finally(() => signal.removeEventListener('abort', refuse))
  }

  return {
    /** The result of `work`; `Refusal` `overloaded` where it never begins. Its slots are held until it really ends. */
    async run<T>(wish: Wish, work: () => Promise<T>): Promise<T> {
      if (isClosed || wish.signal.aborted) throw new Refusal('overloaded')
      await turn(wish)
      try {
        return await work()
      } finally {
        free += wish.weight
        beginNext()
      }
    },
    get waiting() {
      return waiting()
    },
    /** Refuses all who still wait, and all who come. */
    close() {
      isClosed = true
      for (const waiter of [...lines.values()].flat()) waiter.refuse()
    },
  }
}
