import {
  type Card,
  FRAMES_STREAM,
  MESSAGES_STREAM,
  type MessageEvent,
  messageEvent,
} from '@farmgate/contracts/message-events.ts'
import { roomServerFrames } from '@farmgate/contracts/server-frames.ts'
import { createLog } from '@farmgate/service-kit/log.ts'
import { openRedis, type Redis } from '@farmgate/streams/redis.ts'
import { streamKeys } from '@farmgate/streams/shards.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { anOpenRoom, ask, askInternal, CUSTOMER, FARMER, type Instance, openRig, type Rig } from './rig.fixture.ts'

// What messages-api says on its streams, at once or by the sweeper, and what happens to it while Redis is away.

let rig: Rig
let api: Instance
let redis: Redis
beforeAll(async () => {
  rig = await openRig()
  ;[api] = rig.instances as [Instance]
})
afterAll(() => rig.close())
beforeEach(async () => {
  redis = openRedis(rig.redis.url, { log: createLog('test', 'silent'), name: 'test' })
  await until(() => redis.status === 'ready')
})
afterEach(() => redis.close())

type Said = { type: string; room_id: string; rev?: number; seq?: number; frame: string; card: Card | null }

async function said(room_id: string): Promise<Said[]> {
  const keys = [FRAMES_STREAM, MESSAGES_STREAM].flatMap(streamKeys)
  const streams = await Promise.all(keys.map((key) => redis.xrange(key, '-', '+')))
  return streams
    .flat()
    .map(([, flat]) => Object.fromEntries(flat.flatMap((name, i) => (i % 2 ? [] : [[name, flat[i + 1]]]))))
    .map((fields) => messageEvent.parse(fields))
    .flatMap((event): Said[] => {
      if (event.type === 'messages.created') return apart(event)
      if (event.type !== 'cards.changed') return [event]
      return event.cards.map((card) => ({ type: event.type, room_id: card.room_id, frame: '', card }))
    })
    .filter((event) => event.room_id === room_id)
}

/** What the columns of a batch say of each message. */
function apart({ type, room_ids, revs, frames }: Extract<MessageEvent, { type: 'messages.created' }>): Said[] {
  const [rooms, frame] = [room_ids.split(' '), frames.split('\n')]
  return revs.split(' ').map((rev, at) => {
    return { type, room_id: rooms[at] ?? '', rev: Number(rev), frame: frame[at] ?? '', card: null }
  })
}

const brief = (events: Said[]) =>
  events.filter(({ frame }) => frame !== '').map(({ type, rev, seq }) => `${type} ${rev ?? seq}`)
const outboxEmpty = async () => (await rig.admin`select from messages.outbox`).length === 0

async function converse(room_id: string) {
  const sent = await ask(api, CUSTOMER, 'POST', '/chat/messages/', { room_id, body: 'Friday?' })
  const { message_id } = sent.body as { message_id: string }
  await ask(api, FARMER, 'POST', '/chat/messages/read/', { room_id, seq: 1 })
  await ask(api, CUSTOMER, 'PATCH', `/chat/messages/${message_id}/`, { body: 'Saturday?' })
  await ask(api, CUSTOMER, 'DELETE', `/chat/messages/${message_id}/`)
}
const WHOLE = ['messages.created 1', 'read.moved 1', 'message.updated 2', 'message.deleted 3']

it('each change is said once, with its card, and leaves nothing in the outbox', async () => {
  const room_id = anOpenRoom(rig.rooms)
  await converse(room_id)
  await until(async () => (await said(room_id)).length === 5)
  const events = await said(room_id)
  // Cards are fetched apart from each other, so that entries may change places; a gate puts them right by their rev.
  expect(brief(events).toSorted()).toEqual(WHOLE.toSorted())
  const newest = events
    .map((it) => it.card)
    .toSorted((a, b) => (a?.card_rev ?? 0) - (b?.card_rev ?? 0))
    .at(-1)
  expect(newest).toMatchObject({ card_rev: 5, farmer_unread: 0, last_seq: 1, last_message: { preview: '' } })
  for (const event of events.filter(({ frame }) => frame !== '')) {
    const frame = JSON.parse(event.frame) as { type: keyof typeof roomServerFrames }
    roomServerFrames[frame.type].parse(frame)
  }
  await until(outboxEmpty)
})

it('while Redis is away writes are answered, cards go to rooms-api by hand, and all is said after its return', async () => {
  const room_id = anOpenRoom(rig.rooms)
  await ask(api, CUSTOMER, 'GET', `/chat/messages/?room_id=${room_id}`)
  rig.redis.pause()
  await converse(room_id)
  const page = await ask(api, CUSTOMER, 'GET', `/chat/messages/?room_id=${room_id}`)
  expect(page.body).toMatchObject({ rev: 3, last_seq: 1, read: { farmer_seq: 1 } })
  await until(() => rig.rooms.cards.some((card) => card.room_id === room_id && card.card_rev === 5))
  rig.redis.resume()
  await until(async () => new Set(brief(await said(room_id))).size === 4, { within: 10_000 })
  await until(outboxEmpty)
})

it('what a crash left unpublished is said by the sweeper, rev by rev', async () => {
  const room_id = anOpenRoom(rig.rooms)
  const other = anOpenRoom(rig.rooms)
  await converse(room_id)
  await converse(other)
  await until(outboxEmpty)
  await redis.flushall()
  await rig.admin`
    insert into messages.outbox (topic, subject, first_rev, last_rev, detail, created_at) values
      ('batch', '', 0, 0, ${`${other}:1:1 ${room_id}:1:2`}, now() - interval '1 minute'),
      ('changes', ${room_id}, 3, 3, '', now() - interval '1 minute'),
      ('read', ${room_id}, 0, 0, 'farmer', now() - interval '1 minute')`
  await until(async () => (await said(room_id)).length === 4)
  const events = await said(room_id)
  expect(brief(events)).toEqual(['message.created 1', 'message.updated 2', 'message.deleted 3', 'read.moved 1'])
  expect(events.map((it) => it.card?.room_id)).toEqual([undefined, room_id, room_id, room_id])
  expect(brief(await said(other))).toEqual(['message.created 1'])
  await until(outboxEmpty)
})

it('what one half of a batch stored is said by its writer, also where the other half fails', async () => {
  const room_id = anOpenRoom(rig.rooms)
  await ask(api, CUSTOMER, 'POST', '/chat/messages/', { room_id, body: 'known from now on' })
  const send = { sender_id: CUSTOMER, image_ids: [] }
  const sends = [
    { ...send, room_id, client_message_id: 'good', body: 'Friday?' },
    // Postgres takes no NUL; the border does not let one come so far.
    { ...send, room_id: anOpenRoom(rig.rooms), client_message_id: 'bad', body: '\0' },
  ]
  expect((await askInternal(api, '/internal/messages/send/', { sends })).status).toBe(500)
  await until(async () => brief(await said(room_id)).includes('messages.created 2'))
})
