import { type Fields, toFields, toFlat } from './entries.ts'
import { deadKey } from './group.ts'
import type { Redis } from './redis.ts'
import { REPLAY } from './scripts.ts'
import { streamKeys } from './shards.ts'

/** An entry that was given up, with all that is known. */
type DeadLetter = {
  /** Its own id among the dead letters of `key`. */
  id: string
  /** The stream key it came from, and its id there. */
  key: string
  entryId: string
  /** Who gave up, why, and after how many deliveries. */
  group: string
  reason: string
  deliveries: number
  /** The entry as it was. */
  fields: Fields
}

/** How many are kept. A key that holds something else counts for none. */
export async function countDeadLetters(redis: Redis, stream: string): Promise<number> {
  const pipeline = redis.pipeline()
  for (const key of streamKeys(stream)) pipeline.xlen(deadKey(key))
  const replies = (await pipeline.exec()) ?? []
  return replies.reduce((sum, [error, length]) => sum + (error ? 0 : Number(length)), 0)
}

/** The oldest `most` of each shard. */
export async function listDeadLetters(redis: Redis, stream: string, { most = 100 } = {}): Promise<DeadLetter[]> {
  const shards = streamKeys(stream).map(async (key) => {
    const letters = await redis.xrange(deadKey(key), '-', '+', 'COUNT', most)
    return letters.map(([id, flat]) => read(key, id, flat))
  })
  return (await Promise.all(shards)).flat()
}

/**
 * Puts the entry back at the end of its stream and removes the letter, in one step. All groups of the stream get it;
 * those that have had it change nothing. False where the letter is gone already.
 */
export async function replayDeadLetter(redis: Redis, { key, id, fields }: DeadLetter): Promise<boolean> {
  return (await redis.eval(REPLAY, 2, deadKey(key), key, id, ...toFlat(fields))) === 1
}

/** bury (group.ts) writes four fields about the entry, then the entry's own. */
function read(key: string, id: string, flat: string[]): DeadLetter {
  const about = toFields(flat.slice(0, 8))
  return {
    id,
    key,
    entryId: about['dead.entry_id'] ?? '',
    group: about['dead.group'] ?? '',
    reason: about['dead.reason'] ?? '',
    deliveries: Number(about['dead.deliveries']),
    fields: toFields(flat.slice(8)),
  }
}
