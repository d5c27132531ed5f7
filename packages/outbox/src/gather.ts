import { createBell, oneAtATime } from '@farmgate/streams/bell.ts'

type Gatherer<T> = {
  /** False where too much waits already: the items are dropped, and somebody else has to see to them. */
  add(items: readonly T[]): boolean
  /** Resolves when nothing waits and nothing is under way; until then there is no rest. */
  idle(): Promise<void>
}

/**
 * Runs `work` on what has gathered: at once when nothing is under way, else with all that came meanwhile. One at a
 * time and no timer: alone an item goes at once, under load the batches grow by themselves.
 * `work` must not throw; `most` bounds a batch, `max` what may wait. `restMs` keeps two batches apart, for work that
 * nobody waits for: what is alone still goes at once. It is asked after each batch.
 */
export function gather<T>({
  most,
  max,
  restMs = () => 0,
  work,
}: {
  most: number
  max: number
  restMs?: () => number
  work(items: T[]): Promise<void>
}): Gatherer<T> {
  let waiting: T[] = []
  let isEnding = false
  const rested = createBell()
  const working = oneAtATime(async () => {
    while (waiting.length > 0) {
      await work(waiting.splice(0, most))
      const ms = restMs()
      if (ms > 0 && !isEnding) await rested.wait(ms)
    }
  })
  return {
    add(items) {
      if (waiting.length + items.length > max) return false
      waiting = waiting.concat(items)
      working.soon()
      return true
    },
    async idle() {
      isEnding = true
      rested.ring()
      await working.idle()
      isEnding = false
    },
  }
}
