import { setTimeout as wait } from 'node:timers/promises'

/** What can be kept running: a service, a store. */
export type Restartable = {
  ended(): Promise<unknown>
  restart(): Promise<void>
  close(): Promise<void>
}

export type Delays = { first_ms: number; longest_ms: number; forgiven_after_ms: number }

/** One that dies at once each time is not started in a loop; one that lived for a minute has earned a quick start. */
const DELAYS: Delays = { first_ms: 1_000, longest_ms: 30_000, forgiven_after_ms: 60_000 }

/** Starts `part` again whenever it ends by itself: after a second, then more and more slowly. */
export function keepRunning(
  name: string,
  part: Restartable,
  say: (line: string) => void,
  delays: Delays = DELAYS,
): { close(): Promise<void> } {
  const closing = new AbortController()
  const stopped = new Promise((resolve) => closing.signal.addEventListener('abort', resolve))
  const running = keep()

  async function keep() {
    let delay_ms = delays.first_ms
    for (;;) {
      const since = Date.now()
      await Promise.race([part.ended(), stopped])
      if (closing.signal.aborted) return
      if (Date.now() - since > delays.forgiven_after_ms) delay_ms = delays.first_ms
      say(`${name} has ended by itself; it is started again in ${delay_ms / 1_000} s`)
      await wait(delay_ms, undefined, { signal: closing.signal }).catch(() => undefined)
      if (closing.signal.aborted) return
      await part.restart().catch((error: unknown) => say(`${name} cannot be started: ${messageOf(error)}`))
      delay_ms = Math.min(delay_ms * 2, delays.longest_ms)
    }
  }

  return {
    async close() {
      closing.abort()
      // A restart under way is let through, so that what it starts is closed as well.
      await running
      await part.close()
    },
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
