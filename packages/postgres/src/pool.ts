import { setTimeout as wait } from 'node:timers/promises'
import { deadline } from '@farmgate/service-kit/deadline.ts'
import { DependencyAway } from '@farmgate/service-kit/dependency.ts'
import type { Link } from './link.ts'
import type { Statement } from './statements.ts'

/** A slot opens a connection at most this often: what is away is asked again soon, and not in a tight loop. */
const REST_MS = 250

/** What runs at the end may run on for this long. */
const CLOSE_MS = 5_000

/** Older connections are replaced between two uses, so that their backends do not grow for ever. */
const LIFE_MS = 30 * 60_000

type Slot = { link: Link | undefined; openedAt: number }
type Waiter = { begin: (slot: Slot) => void; drop: (reason: Error) => void }
type Options = { size: number; open: () => Link; lifeMs?: number }

/**
 * `size` connections, made when they are needed, each lent to one statement or one transaction at a time, first come,
 * first served. One that is lost takes with it only what was under way on it.
 */
export function createPool({ size, open, lifeMs = LIFE_MS }: Options) {
  const free: Slot[] = Array.from({ length: size }, () => ({ link: undefined, openedAt: -REST_MS }))
  const waiters: Waiter[] = []
  const allFree = Promise.withResolvers<void>()
  const slots = [...free]
  let isClosing = false

  const isUsable = ({ link, openedAt }: Slot) => link?.isOver === false && performance.now() - openedAt < lifeMs

  /** One with a living connection where there is one. */
  function takeSlot(): Slot | Promise<Slot> {
    const slot = free.splice(Math.max(0, free.findLastIndex(isUsable)), 1)[0]
    return slot ?? new Promise((begin, drop) => void waiters.push({ begin, drop }))
  }

  function giveBack(slot: Slot) {
    const next = waiters.shift()
    if (next) return next.begin(slot)
    free.push(slot)
    if (free.length === size) allFree.resolve()
  }

  async function linkOf(slot: Slot): Promise<Link> {
    if (slot.link && isUsable(slot)) return slot.link
    slot.link?.end()
    const rest = slot.openedAt + REST_MS - performance.now()
    if (rest > 0) await wait(rest)
    if (isClosing) throw closed()
    slot.openedAt = performance.now()
    slot.link = open()
    return slot.link
  }

  /** Lends a connection to `use`, which must not ask it anything after it has settled. */
  async function lend<T>(use: (link: Link) => Promise<T>): Promise<T> {
    if (isClosing) throw closed()
    const slot = await takeSlot()
    try {
      return await use(await linkOf(slot))
    } finally {
      giveBack(slot)
    }
  }

  return {
    lend,

    /** Lends a connection to one statement; where there is none, it is the statement that hears of it. */
    ask(statement: Statement): void {
      lend((link) => link.ask(statement)).catch(statement.reject)
    },

    /** Refuses who waits, lets what runs end for 5 s, and cuts the rest. */
    async close(): Promise<void> {
      isClosing = true
      for (const waiter of waiters.splice(0)) waiter.drop(closed())
      if (free.length < size) await Promise.allSettled([deadline(allFree.promise, CLOSE_MS, 'postgres')])
      for (const { link } of slots) link?.end()
    },
  }
}

const closed = () => new DependencyAway('postgres', new Error('the pool is closed'))
