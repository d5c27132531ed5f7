import { within } from '@farmgate/streams/bell.ts'
import { errorFields } from '@farmgate/streams/log.ts'
import { type Entry, PublishError, publish } from '@farmgate/streams/publish.ts'
import { isKeyFault } from '@farmgate/streams/redis.ts'
import { gather } from './gather.ts'
import { type OutboxRow, outboxRows } from './rows.ts'
import { type Intervals, type SweepOptions, startSweeper } from './sweep.ts'

const SWEEP_EVERY_MS = 1_000
/** Longer than a direct publication takes, so that the sweeper seldom doubles it. */
const MIN_AGE_MS = 2_000
/** While Redis is away, each row's facts are handed over again this often: the first time may have been in vain. */
const REPEAT_EVERY_MS = 5_000
const MEASURE_EVERY_MS = 10_000
/** Entries whose confirmation may be outstanding; bounds the memory that a slow Redis costs. */
const MAX_WAITING = 10_000
/** Between two DELETEs of published rows: nobody waits for them, and a row that a crash leaves is published again. */
const CLEAR_REST_MS = 100
/** Ids per DELETE, and rows per hand-over. */
const CLEAR_MOST = 5_000
const HAND_OVER_MOST = 500
const CLOSE_MS = 4_000

export type OutboxOptions = Omit<SweepOptions, keyof Intervals> & Partial<Intervals> & { maxWaiting?: number }

export type Outbox = {
  /**
   * After the commit, by the writer: `entries` are what it has in hand of what `rows` (just inserted) refer to.
   * Returns at once and never throws or rejects: what does not get through is swept later. Resolves to whether it got
   * through, for a writer who says the rest of what its rows refer to in a second call, and names the rows only then.
   */
  publish(entries: readonly Entry[], rows: readonly OutboxRow[]): Promise<boolean>
  /** Rows whose first entries did not get through: left to the sweeper, and handed over while Redis is away. */
  leave(rows: readonly OutboxRow[]): void
  /** Rows in the table and the age of the oldest, as last measured, every 10 s. */
  readonly gauges: Readonly<{ waiting: number; oldestS: number }>
  /** Waits for what is under way; the rest is in the table. */
  close(): Promise<void>
}

/** Ties transactions to streams: a row written with the facts is published at least once, whatever happens after. */
export function startOutbox(options: OutboxOptions): Outbox {
  const { sql, table, redis, pulse, log, whenAway } = options
  const { sweepEveryMs = SWEEP_EVERY_MS, minAgeMs = MIN_AGE_MS, repeatEveryMs = REPEAT_EVERY_MS } = options
  const { measureEveryMs = MEASURE_EVERY_MS } = options
  const { maxWaiting = MAX_WAITING } = options
  const rows = outboxRows(sql, table)
  const sweeper = startSweeper({ ...options, sweepEveryMs, minAgeMs, repeatEveryMs, measureEveryMs })
  const inFlight = new Set<Promise<boolean>>()
  let unconfirmed = 0

  const warn = (event: string) => (error: unknown) => log.warn({ table, ...errorFields(error) }, event)

  const cleared = gather<string>({
    most: CLEAR_MOST,
    max: maxWaiting,
    restMs: () => CLEAR_REST_MS,
    // Rows that stay are swept: published twice, which changes nothing.
    work: (ids) => rows.remove(ids).catch(warn('outbox.clear_failed')),
  })
  const handedOver = gather<OutboxRow>({
    most: HAND_OVER_MOST,
    max: maxWaiting,
    work: async (refs) => {
      try {
        await whenAway?.(refs)
      } catch (error) {
        warn('outbox.hand_over_failed')(error)
      }
    },
  })

  const publishNow = async (entries: readonly Entry[], refs: readonly OutboxRow[]) => {
    try {
      await publish(redis, entries)
      cleared.add(refs.map(({ id }) => id))
      return true
    } catch (error) {
      warn('outbox.publish_failed')(error)
      if (!(error instanceof PublishError && isKeyFault(error.cause))) pulse.suspect()
      return handOver(refs)
    }
  }
  const handOver = async (refs: readonly OutboxRow[]): Promise<false> => {
    if (refs.length > 0) handedOver.add(refs)
    return false
  }

  return {
    gauges: sweeper.gauges,
    leave(refs) {
      if (pulse.state === 'away') void handOver(refs)
    },
    async publish(entries, refs) {
      if (pulse.state === 'away') return handOver(refs)
      if (unconfirmed + entries.length > maxWaiting) return false
      unconfirmed += entries.length
      const work = publishNow(entries, refs).finally(() => {
        unconfirmed -= entries.length
        inFlight.delete(work)
      })
      inFlight.add(work)
      return work
    },
    async close() {
      await sweeper.close()
      await within(
        CLOSE_MS,
        Promise.all(inFlight).then(() => Promise.all([cleared.idle(), handedOver.idle()])),
      )
    },
  }
}
