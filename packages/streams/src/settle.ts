import { type Bell, backoffMs, createBell } from './bell.ts'
import { type Fields, toFields } from './entries.ts'
import { byKey, type Delivery, type Group } from './group.ts'
import { errorFields, type Log } from './log.ts'

/** Between two tries of work whose database is away, at most. */
const RETRY_MOST_MS = 2_000

export type Handlers<T> = {
  /** `unknown`: the producer is newer than we are; skipped with a warning. A throw: given up at once. */
  decode(fields: Fields): T | 'unknown'
  /**
   * A batch, in order per shard. Each event may come again, alone or in another batch, and must then change nothing.
   * Must end within `claimIdleMs`, or another consumer does the same work.
   */
  handle(events: T[]): Promise<void>
  /** Whether an error says that something is away: then the work is tried until it succeeds, and never given up. */
  isTransient(error: unknown): boolean
  /** Whether an error says that trying again gives the same: then the entry is given up at once. None where not given. */
  isFinal?(error: unknown): boolean
}

export type Settled = { consumed: number; skipped: number; failed: number; dead: number }

type Options<T> = Handlers<T> & {
  group: Group
  log: Log
  about: object
  counters: Settled
  maxDeliveries: number
  /** What we hold may differ from what Redis thinks that we hold. */
  onDoubt(): void
  /** A shard that waited can be read again. */
  onFree(): void
}

type Work<T> = Delivery & { event: T }

/**
 * Brings deliveries to an end: handled and acknowledged, given up as dead letters, left pending to come again, or,
 * where something is away, waiting shard by shard. Resolves when each has one of these, and never throws: what Redis
 * did not take stays pending and comes again.
 */
export function createSettler<T>(options: Options<T>) {
  const { group, log, about, counters, maxDeliveries, decode, handle, isTransient, isFinal, onDoubt, onFree } = options
  const waiting = new Map<string, { pause: Bell; done: Promise<void> }>()
  let closing = false

  const bury = async (delivery: Delivery, reason: string) => {
    const where = { ...about, ...placeOf(delivery) }
    try {
      if (!(await group.bury(delivery, reason))) return
      counters.dead++
      log.error(where, 'consumer.dead_letter')
    } catch (error) {
      log.warn({ ...where, ...errorFields(error) }, 'consumer.dead_letter_failed')
    }
  }

  /** An acknowledgement that is lost means only that the work comes again, and then changes nothing. */
  const ack = (deliveries: readonly Delivery[]) =>
    group.ack(deliveries).catch((error: unknown) => {
      log.warn({ ...about, ...errorFields(error) }, 'consumer.ack_failed')
      onDoubt()
    })

  const skip = async (deliveries: readonly Delivery[]) => {
    await ack(deliveries)
    counters.skipped += deliveries.length
    for (const delivery of deliveries) log.warn({ ...about, ...placeOf(delivery) }, 'consumer.unknown_type')
  }

  /** What can be worked on; the rest is dealt with here. */
  const decodeAll = async (deliveries: readonly Delivery[]) => {
    const work: Work<T>[] = []
    const unknown: Delivery[] = []
    for (const delivery of deliveries) {
      // Nobody saw it fail that often: it took its consumers down with it.
      if (delivery.deliveries > maxDeliveries) {
        await bury(delivery, 'delivered too often')
        continue
      }
      try {
        const event = decode(toFields(delivery.fields))
        if (event === 'unknown') unknown.push(delivery)
        else work.push({ ...delivery, event })
      } catch (error) {
        await bury(delivery, `does not parse: ${reasonOf(error)}`)
      }
    }
    if (unknown.length > 0) await skip(unknown)
    return work
  }

  const attempt = async (work: readonly Work<T>[]): Promise<Outcome> => {
    try {
      await handle(work.map(({ event }) => event))
    } catch (error) {
      return { is: isTransient(error) ? 'away' : 'failed', error }
    }
    counters.consumed += work.length
    await ack(work)
    return { is: 'done' }
  }

  const leaveBehind = async (delivery: Delivery, error: unknown) => {
    counters.failed++
    log.warn({ ...about, ...placeOf(delivery), ...errorFields(error) }, 'consumer.entry_failed')
    if (delivery.deliveries >= maxDeliveries || isFinal?.(error)) await bury(delivery, reasonOf(error))
  }

  /** One shard's work in order; answers what of it has to wait. What fails for good holds nothing up. */
  const settleShard = async (work: Work<T>[]): Promise<Work<T>[]> => {
    const whole = await attempt(work)
    if (whole.is === 'done') return []
    if (whole.is === 'away') return work
    for (const [i, delivery] of work.entries()) {
      const alone = work.length === 1 ? whole : await attempt([delivery])
      if (alone.is === 'away') return work.slice(i)
      if (alone.is === 'failed') await leaveBehind(delivery, alone.error)
    }
    return []
  }

  /** Tries again until nothing waits. The entries stay ours meanwhile, and the tries are not counted as deliveries. */
  const retry = async (work: Work<T>[], pause: Bell) => {
    let left = work
    for (let tries = 0; left.length > 0; tries++) {
      await group
        .keep(left)
        .catch((error: unknown) => log.debug({ ...about, ...errorFields(error) }, 'consumer.keep_failed'))
      await pause.wait(backoffMs(tries, RETRY_MOST_MS))
      if (closing) return
      left = await settleShard(left)
    }
  }

  const hold = (key: string, work: Work<T>[]) => {
    log.warn({ ...about, key, entries: work.length }, 'consumer.waiting')
    const pause = createBell()
    const done = retry(work, pause).then(() => {
      waiting.delete(key)
      onFree()
    })
    waiting.set(key, { pause, done })
  }

  return {
    /** Whether a shard waits for something that is away: nothing of it is to be read meanwhile. */
    waits: (key: string) => waiting.has(key),

    async settle(deliveries: readonly Delivery[]) {
      const work = await decodeAll(deliveries)
      const shards = [...byKey(work)]
      if (shards.length > 1 && (await attempt(work)).is === 'done') return
      const left = await Promise.all(shards.map(async ([key, part]) => ({ key, part: await settleShard(part) })))
      for (const { key, part } of left) if (part.length > 0) hold(key, part)
    },

    /** What waits stays pending: it comes again after the next start. */
    async close() {
      closing = true
      for (const { pause } of waiting.values()) pause.ring()
      await Promise.all([...waiting.values()].map(({ done }) => done))
    },
  }
}

type Outcome = { is: 'done' } | { is: 'away' | 'failed'; error: unknown }

const placeOf = ({ key, id, deliveries }: Delivery) => ({ key, entry_id: id, deliveries })

/** For the dead letter, which holds the entry itself anyway; never for a log. */
function reasonOf(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 500)
}
