import type { Metrics } from './metrics.ts'
import { Refusal } from './refusal.ts'

const LOOK_MS = 200
/** Two seconds of looking. */
const LOOKS = 9
/**
 * More than half of the looks came this late: whoever is let in now waits with everybody else. The median, since one long
 * turn is no overload: a process that was stopped for 20 s is as good as ever a moment later.
 */
const MOST_MS = 500

export type EventLoop = {
  /** Throws Refusal('overloaded') while this process is late to its own work: nothing new is begun. */
  refuseWhenLate(): void
  close(): void
}

/** How late the looks of the last two seconds came, in the middle. `look` is called every LOOK_MS, or as soon as can be. */
export function typicalLateness(startedAt: number) {
  const late: number[] = []
  let last = startedAt
  return {
    look(now: number) {
      late.push(Math.max(0, now - last - LOOK_MS))
      if (late.length > LOOKS) late.shift()
      last = now
    },
    /** Milliseconds; 0 until there have been enough looks to tell. */
    get ms(): number {
      return late.length < LOOKS ? 0 : (late.toSorted((a, b) => a - b)[(LOOKS - 1) / 2] ?? 0)
    },
  }
}

/** Watches how late this process is, and refuses what is new before everything that is under way is late, too. */
export function watchEventLoop(metrics: Metrics | undefined): EventLoop {
  const lateness = typicalLateness(performance.now())
  let isLate = false
  const timer = setInterval(() => {
    lateness.look(performance.now())
    isLate = lateness.ms >= MOST_MS
  }, LOOK_MS).unref()
  metrics?.gauge({
    name: 'event_loop_late_seconds',
    help: 'How late this process typically is to its own work; from 0.5 on nothing new is begun',
    collect: () => lateness.ms / 1_000,
  })
  const refused = metrics?.counter({
    name: 'event_loop_refused_total',
    help: 'Requests and sockets refused as too late',
  })

  return {
    refuseWhenLate() {
      if (!isLate) return
      refused?.inc()
      throw new Refusal('overloaded')
    },
    close: () => clearInterval(timer),
  }
}
