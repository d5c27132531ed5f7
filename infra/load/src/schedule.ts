import { setTimeout as wait } from 'node:timers/promises'

/** What the generator may be late by while nothing is due. */
const TICK_MS = 1

/**
 * Moments at which something is due, in ms from the start: at random, `rate` a second on average (Poisson), whatever the
 * server does. So a stall is felt by everything that was due in it, as by users, who do not wait for each other.
 */
export function* arrivals(rate: number, durationMs: number, random: () => number): Generator<number> {
  for (let due = gap(rate, random); due < durationMs; due += gap(rate, random)) yield due
}

const gap = (rate: number, random: () => number) => (-Math.log(1 - random()) / rate) * 1_000

/** Calls `fire` for each moment once it has come, with that moment as performance.now() gives it. */
export async function follow(moments: Iterable<number>, fire: (dueAt: number) => void, signal?: AbortSignal) {
  const startedAt = performance.now()
  for (const moment of moments) {
    const dueAt = startedAt + moment
    while (performance.now() < dueAt) {
      if (signal?.aborted) return
      await wait(TICK_MS)
    }
    fire(dueAt)
  }
}
