import { type Fields, toFlat } from './entries.ts'
import type { Redis } from './redis.ts'
import { shardOf, streamKey } from './shards.ts'

/** What is to be put on a stream; entries of one subject keep their order. */
export type Entry = { stream: string; subject: string; fields: Fields }

/** Some entries were not confirmed. Each may be on its stream or not: saying all of them again is harmless. */
export class PublishError extends Error {
  override readonly name = 'PublishError'
  readonly failed: number
  readonly of: number

  constructor(failed: number, of: number, cause: unknown) {
    super(`${failed} of ${of} entries were not confirmed`, { cause })
    this.failed = failed
    this.of = of
  }
}

/**
 * Puts the entries on their streams, in order, in one flush, and waits for Redis to confirm all of them.
 * `maxLen` bounds a stream of passing signals; a stream of facts is trimmed by its readers' progress (trim.ts) instead.
 * @throws PublishError if any was not confirmed; its cause is the first failure.
 */
export async function publish(
  redis: Redis,
  entries: readonly Entry[],
  { maxLen }: { maxLen?: number } = {},
): Promise<void> {
  if (entries.length === 0) return
  const pipeline = redis.pipeline()
  const bound = maxLen === undefined ? [] : ['MAXLEN', '~', maxLen]
  for (const { stream, subject, fields } of entries) {
    pipeline.xadd(streamKey(stream, shardOf(subject)), ...bound, '*', ...toFlat(fields))
  }
  const replies = await pipeline.exec().catch((error: unknown) => {
    throw new PublishError(entries.length, entries.length, error)
  })
  const failures = (replies ?? []).flatMap(([error]) => error ?? [])
  if (failures.length > 0) throw new PublishError(failures.length, entries.length, failures[0])
}
