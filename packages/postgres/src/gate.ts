import { deadline } from '@farmgate/service-kit/deadline.ts'
import { DependencyAway } from '@farmgate/service-kit/dependency.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'

type Options = { what: string; slots: number; deadlineMs: number; maxWaiting: number }

type Waiter = { begin: () => void; drop: (reason: Error) => void; timer: NodeJS.Timeout }

/** Work that holds a slot; `isLate` is true once its caller has been told that it failed. */
export type Work<T> = (isLate: () => boolean) => Promise<T>

/**
 * First come, first served, so many at once. A driver's own queue is endless and forgets nothing: after an outage it would
 * do what its callers have long been refused. Here work that has not begun by its deadline is dropped and never runs; work
 * that has begun keeps its slot until it really ends, so that what is outstanding stays bounded.
 */
export function createGate({ what, slots, deadlineMs, maxWaiting }: Options) {
  const waiters = new Set<Waiter>()
  let running = 0

  /** Hands a slot straight to the next in line, so that no newcomer can slip in between. */
  function release() {
    const [next] = waiters
    if (!next) {
      running--
      return
    }
    waiters.delete(next)
    clearTimeout(next.timer)
    next.begin()
  }

  function slot(): Promise<void> | undefined {
    if (running < slots) {
      running++
      return undefined
    }
    if (waiters.size >= maxWaiting) throw new Refusal('overloaded')
    return new Promise((begin, drop) => {
      const timer = setTimeout(() => {
        waiters.delete(waiter)
        drop(new DependencyAway(what, new Error(`not begun within ${deadlineMs} ms`)))
      }, deadlineMs)
      const waiter = { begin, drop, timer }
      waiters.add(waiter)
    })
  }

  return {
    /** The result of `work`, or DependencyAway after the deadline, counted from now; Refusal('overloaded') at once. */
    async run<T>(work: Work<T>): Promise<T> {
      const endsAt = performance.now() + deadlineMs
      await slot()
      const isLate = () => performance.now() >= endsAt
      const ended = work(isLate).finally(release)
      return deadline(ended, Math.max(0, endsAt - performance.now()), what)
    },
    get running() {
      return running
    },
    get waiting() {
      return waiters.size
    },
    /** Refuses all who still wait. */
    close() {
      for (const waiter of waiters) {
        clearTimeout(waiter.timer)
        waiter.drop(new DependencyAway(what, new Error('closing')))
      }
      waiters.clear()
    },
  }
}
