import { setTimeout as wait } from 'node:timers/promises'

const POLL_MS = 10
const WITHIN_MS = 5_000

export type UntilOptions = {
  /** Milliseconds. */
  within?: number
  /** What is waited for, as the failure names it. */
  what?: string
}

/**
 * Waits until `check` gives something truthy, and gives that. A check that throws has not come true yet, so an
 * `expect` may stand in it.
 *
 * @throws Error with the last value or error when `within` is over.
 */
export async function until<T>(check: () => T | Promise<T>, options: UntilOptions = {}): Promise<NonNullable<T>> {
  const { within = WITHIN_MS, what = check.toString() } = options
  const deadline = Date.now() + within
  for (;;) {
    const last = await attempt(check)
    if (last.value) return last.value
    if (Date.now() > deadline)
      throw new Error(`not within ${within} ms: ${what}; last: ${last.shown}`, { cause: last.error })
    await wait(POLL_MS)
  }
}

async function attempt<T>(check: () => T | Promise<T>) {
  try {
    const value = await check()
    return { value, shown: JSON.stringify(value) ?? 'undefined', error: undefined }
  } catch (error) {
    return { value: undefined, shown: String(error), error }
  }
}
