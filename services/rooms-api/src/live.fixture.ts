import { inboxEvents } from '@farmgate/contracts/inbox-events.ts'
import { MESSAGES_STREAM } from '@farmgate/contracts/message-events.ts'
import { startOutbox } from '@farmgate/outbox/outbox.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import { startConsumer } from '@farmgate/streams/consume.ts'
import { type Entry, publish } from '@farmgate/streams/publish.ts'
import { startPulse } from '@farmgate/streams/pulse.ts'
import { streamKeys } from '@farmgate/streams/shards.ts'
import { until } from '@farmgate/testing/until.ts'
import { entriesOf, handOver, startAnnouncer } from './announcer.ts'
import { decodeMessageEvent, messageEvents } from './consumers/message-events.ts'
import { startReconciler } from './reconcile.ts'
import type { Rig } from './rig.fixture.ts'

export type Live = Awaited<ReturnType<typeof goLive>>

/** What rooms-api hears and says, on the rig's Redis, with intervals that suit a test. */
export async function goLive(rig: Rig, { minAgeMs = 200 } = {}) {
  const { redis, log, db, peer } = rig
  const pulse = startPulse({ redis, log, everyMs: 100 })
  await until(() => pulse.state === 'up')
  const wire = { redis, pulse, log, isTransient: isDependencyAway }
  const says = { table: 'rooms.outbox', entriesOf: entriesOf(db), whenAway: handOver(db, peer.api) }
  const outbox = startOutbox({ ...wire, ...says, sql: db.sql, sweepEveryMs: 100, minAgeMs, repeatEveryMs: 200 })
  const announcer = startAnnouncer({ db, outbox, log })
  rig.tellBy(announcer)
  const reconciler = startReconciler({ db, messagesApi: peer.api, announcer, log })
  const hears = { stream: MESSAGES_STREAM, decode: decodeMessageEvent, handle: messageEvents(db, announcer) }
  const pace = { blockMs: 200, claimIdleMs: 300 }
  const consumer = startConsumer({ ...wire, ...hears, ...pace, group: 'rooms-api', onLoss: reconciler.soon })
  return {
    announcer,
    consumer,
    reconciler,
    publish: (entries: Entry[]) => publish(redis, entries),
    /** The fields of every entry on a stream, shard after shard. */
    async said(stream: string): Promise<Record<string, string>[]> {
      const shards = await Promise.all(streamKeys(stream).map((key) => redis.xrange(key, '-', '+')))
      return shards.flat().flatMap(([, fields]) => apart(Object.fromEntries(pairs(fields))))
    },
    unsent: () =>
      db.run(async (sql) => (await sql<{ n: number }[]>`select count(*)::int as n from rooms.outbox`)[0]?.n ?? -1),
    async close() {
      for (const part of [consumer, reconciler, announcer, outbox, pulse]) await part.close()
    },
  }
}

/** Cards that share an entry as one row each. */
function apart(fields: Record<string, string>): Record<string, string>[] {
  if (fields.type !== 'rooms.updated') return [fields]
  const { type, user_ids, room_ids, request_ids, frames } = inboxEvents['rooms.updated'].parse(fields)
  const [rooms, requests, frame] = [room_ids.split(' '), request_ids.split(' '), frames.split('\n')]
  return user_ids.split(' ').map((user_id, at) => {
    const [room_id = '', request_id = ''] = [rooms[at], requests[at]]
    return { type, user_id, room_id, request_id, frame: frame[at] ?? '' }
  })
}

function* pairs(flat: string[]): Iterable<[string, string]> {
  for (let i = 0; i + 1 < flat.length; i += 2) yield [flat[i] ?? '', flat[i + 1] ?? '']
}
