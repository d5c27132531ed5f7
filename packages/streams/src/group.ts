import type { RawEntry } from './entries.ts'
import type { Redis } from './redis.ts'
import { CLAIM, DEAD_LETTER, FORGET, INSPECT, READ_OWN } from './scripts.ts'

/** One entry in our hands. `deliveries` counts this one: 1 the first time. */
export type Delivery = { key: string; id: string; fields: string[]; deliveries: number }

/** Dead letters kept per shard; the oldest go first. */
const MOST_DEAD_LETTERS = 10_000
/** A consumer's name is dropped when it has said nothing for this long and owes nothing. */
const FORGET_AFTER_MS = 600_000

/** A consumer group over some keys, in Redis's words. Reads go over `reader`, the rest over `redis`. */
export function openGroup({
  redis,
  reader,
  group,
  consumer,
}: {
  redis: Redis
  reader: Redis
  group: string
  consumer: string
}) {
  /** Runs one script on each key in one flush; a key that fails does not hide what the others say. */
  const each = async <R>(
    keys: readonly string[],
    script: string,
    args: (string | number)[],
    read: (key: string, reply: R) => void,
  ) => {
    const pipeline = redis.pipeline()
    for (const key of keys) pipeline.eval(script, 1, key, ...args)
    const faults = new Map<string, Error>()
    const replies = (await pipeline.exec()) ?? []
    for (const [i, key] of keys.entries()) {
      const [error, reply] = replies[i] ?? [new Error('no reply')]
      if (error) faults.set(key, error)
      else read(key, reply as R)
    }
    return faults
  }

  return {
    /** Makes the group at 0, so that nothing said before is missed. True where one had to be made. */
    async ensure(keys: readonly string[]) {
      const pipeline = redis.pipeline()
      for (const key of keys) pipeline.xgroup('CREATE', key, group, '0', 'MKSTREAM')
      const replies = (await pipeline.exec()) ?? []
      const faults = new Map<string, Error>()
      let made = false
      for (const [i, key] of keys.entries()) {
        const error = replies[i]?.[0]
        if (!error) made = true
        // A full Redis refuses to make a group, also one that exists: reading will tell.
        else if (!/^(BUSYGROUP|OOM)/.test(error.message)) faults.set(key, error)
      }
      return { made, faults }
    },

    /** Waits up to `blockMs` for what nobody in the group has had yet; up to `count` of each key. */
    async read(keys: readonly string[], count: number, blockMs: number): Promise<Delivery[]> {
      const waiting = ['GROUP', group, consumer, 'COUNT', count, 'BLOCK', blockMs] as const
      const reply = await reader.xreadgroup(...waiting, 'STREAMS', ...keys, ...keys.map(() => '>'))
      const deliveries: Delivery[] = []
      for (const [key, entries] of (reply ?? []) as [string, RawEntry[]][]) {
        for (const [id, fields] of entries) deliveries.push({ key, id, fields, deliveries: 1 })
      }
      return deliveries
    },

    /** The next `count` entries that were delivered to us and never acknowledged; `last` is where to go on from. */
    async readOwn(key: string, count: number, after: string) {
      const reply = (await redis.eval(READ_OWN, 1, key, group, consumer, count, after)) as [
        id: string,
        fields: string[] | null,
        times: number,
      ][]
      const deliveries: Delivery[] = []
      const deleted: Pick<Delivery, 'key' | 'id'>[] = []
      for (const [id, fields, times] of reply) {
        if (fields) deliveries.push({ key, id, fields, deliveries: times })
        else deleted.push({ key, id })
      }
      return { deliveries, deleted, last: reply.at(-1)?.[0] }
    },

    /** Takes over what has been pending for `minIdleMs`, ours included. */
    async claim(keys: readonly string[], count: number, minIdleMs: number) {
      const deliveries: Delivery[] = []
      let deleted = false
      const faults = await each<[[...RawEntry, number][], string[]]>(
        keys,
        CLAIM,
        [group, consumer, minIdleMs, count],
        (key, [entries, gone]) => {
          if (gone.length > 0) deleted = true
          for (const [id, fields, times] of entries) deliveries.push({ key, id, fields, deliveries: times })
        },
      )
      return { deliveries, deleted, faults }
    },

    /** Whether entries vanished unread, and how much is left to do. */
    async inspect(keys: readonly string[]) {
      const seen = { vanished: false, lag: 0, pending: 0 }
      const faults = await each<[number, number, number]>(keys, INSPECT, [group], (_key, [vanished, lag, pending]) => {
        if (vanished > 0) seen.vanished = true
        seen.lag += lag
        seen.pending += pending
      })
      return { ...seen, faults }
    },

    async ack(deliveries: readonly Pick<Delivery, 'key' | 'id'>[]) {
      if (deliveries.length === 0) return
      const pipeline = redis.pipeline()
      for (const [key, part] of byKey(deliveries)) pipeline.xack(key, group, ...part.map(({ id }) => id))
      for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error
    },

    /** Keeps entries ours while they wait for something that is away, and takes this delivery off their count. */
    async keep(deliveries: readonly Delivery[]) {
      const pipeline = redis.pipeline()
      for (const [key, part] of byKey(deliveries)) {
        for (const { id, deliveries: times } of part) {
          pipeline.xclaim(key, group, consumer, 0, id, 'RETRYCOUNT', times - 1, 'JUSTID')
        }
      }
      for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error
    },

    /** Moves an entry to its dead letters, in one step; false where someone else has dealt with it. */
    async bury({ key, id, fields, deliveries }: Delivery, reason: string) {
      const about = ['dead.entry_id', id, 'dead.group', group, 'dead.reason', reason, 'dead.deliveries', deliveries]
      return (
        (await redis.eval(DEAD_LETTER, 2, key, deadKey(key), group, id, MOST_DEAD_LETTERS, ...about, ...fields)) === 1
      )
    },

    /** Drops the names of consumers that are long gone; only what owes nothing. */
    forgetSilent: (keys: readonly string[]) => each(keys, FORGET, [group, '', FORGET_AFTER_MS], () => undefined),

    /** Drops our own name. */
    leave: (keys: readonly string[]) => each(keys, FORGET, [group, consumer, 0], () => undefined),
  }
}

export type Group = ReturnType<typeof openGroup>

export const deadKey = (key: string) => `${key}:dead`

export function byKey<D extends { key: string }>(deliveries: readonly D[]): Map<string, D[]> {
  return Map.groupBy(deliveries, ({ key }) => key)
}
