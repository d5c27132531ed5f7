import { createBell, within } from './bell.ts'
import { isBefore } from './entries.ts'
import { errorFields, type Log } from './log.ts'
import type { Redis } from './redis.ts'
import { streamKeys } from './shards.ts'

/** Long enough for a gateway to come back and go on from its position; one that comes later compares with the owner. */
const KEEP_MS = 30_000
const EVERY_MS = 10_000
/** Nothing is kept longer, read or not: a group that nobody serves must not fill Redis. What it missed it is told. */
const HARD_CAP_MS = 24 * 3_600_000

type TrimmerOptions = { redis: Redis; log: Log; streams: readonly string[]; keepMs?: number; everyMs?: number }

/**
 * Lets go of entries by age, and only of what every group has read and done: never above a group's last delivered id
 * or its oldest pending entry. Any number of trimmers may run; they agree.
 */
export function startTrimmer({ redis, log, streams, keepMs = KEEP_MS, everyMs = EVERY_MS }: TrimmerOptions) {
  const keys = streams.flatMap(streamKeys)
  const bell = createBell()
  let closing = false
  const run = async () => {
    while (!closing) {
      for (const key of closing ? [] : keys) {
        // A fault of one key must not stop the others; while Redis is away each fails at once.
        await trim(redis, key, keepMs).catch((error: unknown) =>
          log.debug({ key, ...errorFields(error) }, 'trimmer.failed'),
        )
      }
      await bell.wait(everyMs)
    }
  }
  const running = run()
  return {
    async close(): Promise<void> {
      closing = true
      bell.ring()
      await within(5_000, running)
    },
  }
}

async function trim(redis: Redis, key: string, keepMs: number) {
  // Entry ids are Redis's time, not ours.
  const [seconds] = await redis.time()
  const now = Number(seconds) * 1_000
  const floor = await firstNeeded(redis, key)
  const old = `${now - keepMs}-0`
  const cap = `${now - HARD_CAP_MS}-0`
  const wanted = floor !== undefined && isBefore(floor, old) ? floor : old
  await redis.xtrim(key, 'MINID', '~', isBefore(wanted, cap) ? cap : wanted, 'LIMIT', 0)
}

/** The lowest id that some group has not done with; undefined where no group reads the stream. */
async function firstNeeded(redis: Redis, key: string): Promise<string | undefined> {
  let first: string | undefined
  for (const group of await groupsOf(redis, key)) {
    const [, oldestPending] = (await redis.xpending(key, group.name)) as [number, string | null]
    const needed = oldestPending ?? group.lastDelivered
    if (first === undefined || isBefore(needed, first)) first = needed
  }
  return first
}

async function groupsOf(redis: Redis, key: string) {
  const replies = (await redis.xinfo('GROUPS', key).catch((error: Error) => {
    if (error.message.startsWith('ERR no such key')) return []
    throw error
  })) as unknown[][]
  return replies.map((reply) => {
    const value = (name: string) => String(reply[reply.indexOf(name) + 1])
    return { name: value('name'), lastDelivered: value('last-delivered-id') }
  })
}
