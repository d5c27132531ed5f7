import { afterAll, beforeAll } from 'vitest'
import { until } from './until.ts'

/** What a forgotten `close` leaves: connections, listeners, timers and child processes that keep the process alive. */
const WATCHED = ['TCPSocketWrap', 'TCPServerWrap', 'Timeout', 'ProcessWrap']
/** Closing connections take a moment. */
const PATIENCE_MS = 2_000

/** Fails a test file that leaves open more than it found. */
export function guardAgainstLeaks(): void {
  let before = new Map<string, number>()
  beforeAll(() => {
    before = openResources()
  })
  afterAll(async () => {
    const what = 'everything that the tests of this file opened is closed'
    await until(() => left(before, openResources()).length === 0 || fail(before), { within: PATIENCE_MS, what })
  })
}

/** How many of each watched kind keep this process alive. */
export function openResources(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo())
    if (WATCHED.includes(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

/** The kinds of which there are more now than before, as `kind ×n`. */
export function left(before: Map<string, number>, now: Map<string, number>): string[] {
  const more = [...now].map(([kind, count]) => [kind, count - (before.get(kind) ?? 0)] as const)
  return more.filter(([, count]) => count > 0).map(([kind, count]) => `${kind} ×${count}`)
}

function fail(before: Map<string, number>): never {
  throw new Error(`left open: ${left(before, openResources()).join(', ')}`)
}
