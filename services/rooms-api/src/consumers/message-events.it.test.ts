import { INBOX_STREAM } from '@farmgate/contracts/inbox-events.ts'
import type { Card } from '@farmgate/contracts/message-events.ts'
import { MESSAGES_STREAM } from '@farmgate/contracts/message-events.ts'
import type { Room } from '@farmgate/contracts/rooms.ts'
import { countDeadLetters } from '@farmgate/streams/dead-letters.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goLive, type Live } from '../live.fixture.ts'
import { cardOf, openRig, type Rig } from '../rig.fixture.ts'
import { decodeMessageEvent } from './message-events.ts'

let rig: Rig
let live: Live
beforeAll(async () => {
  rig = await openRig()
  live = await goLive(rig)
  await rig.product('p-1')
})
afterAll(async () => {
  await live.close()
  await rig.close()
})

let customers = 0
const newRoom = () => rig.room({ customer_id: `c-${++customers}` })
const unread = async ({ room_id }: Room): Promise<number> =>
  (await rig.as('f-1').get(`/chat/rooms/${room_id}/`)).body.unread_count

const fieldsOf = ({ room_id }: Room, card: Card | null, fields: Record<string, string> = {}) => ({
  type: 'message.created',
  room_id,
  rev: '1',
  frame: '{}',
  card: card ? JSON.stringify(card) : '',
  user_id: '',
  seq: '',
  request_id: '',
  ...fields,
})
const say = (...all: Record<string, string>[]) =>
  live.publish(all.map((fields) => ({ stream: MESSAGES_STREAM, subject: fields.room_id ?? '', fields })))

test('a card on the stream becomes the room’s; entries without one only pass by', async () => {
  const room = await newRoom()
  await say(fieldsOf(room, null), fieldsOf(room, cardOf(room, { card_rev: 2, farmer_unread: 2 })))
  await until(async () => (await unread(room)) === 2)
})

test('an inbox entry bears the id of the request whose card it tells', async () => {
  const room = await newRoom()
  await say(fieldsOf(room, cardOf(room, { card_rev: 2, farmer_unread: 2 }), { request_id: 'request-7' }))
  const told = async () => (await live.said(INBOX_STREAM)).filter(({ request_id }) => request_id === 'request-7')
  await until(async () => (await told()).length === 2)
  expect((await told()).map(({ user_id }) => user_id).toSorted()).toEqual([room.customer_id, 'f-1'])
})

test('a thousand entries again, shuffled, change nothing', async () => {
  const room = await newRoom()
  const entries = Array.from({ length: 1000 }, (_, n) =>
    fieldsOf(room, cardOf(room, { card_rev: n + 1, farmer_unread: n + 1 })),
  )
  await say(...entries)
  await until(async () => (await unread(room)) === 1000)
  const { consumed } = live.consumer.counters
  await say(...entries.toSorted((a, b) => (a.card.slice(-9) < b.card.slice(-9) ? -1 : 1)))
  await until(() => live.consumer.counters.consumed >= consumed + 1000)
  expect(await unread(room)).toBe(1000)
})

test('poison goes to the dead letters, an unknown type is passed over, and what comes after is heard within 1 s', async () => {
  const room = await newRoom()
  const before = await countDeadLetters(rig.redis, MESSAGES_STREAM)
  await say(
    fieldsOf(room, null, { card: '{' }),
    fieldsOf(room, null, { card: '{"room_id":1}' }),
    fieldsOf(room, null, { rev: 'x' }),
    { room_id: room.room_id, type: '__proto__' },
    { room_id: room.room_id, type: 'message.reacted' },
    { room_id: room.room_id, frame: '{}' },
    fieldsOf(room, cardOf({ ...room, room_id: '7d3c1f0a-2f6b-4c61-9a44-4d0f0f1c2b3a' })),
    fieldsOf(room, cardOf(room, { card_rev: 3, farmer_unread: 3 })),
  )
  await until(async () => (await unread(room)) === 3, { within: 1_000 })
  await until(async () => (await countDeadLetters(rig.redis, MESSAGES_STREAM)) === before + 4)
})

describe('losses', () => {
  const loses = async (how: () => Promise<unknown>) => {
    const room = await newRoom()
    rig.peer.cards.set(room.room_id, cardOf(room, { card_rev: 9, farmer_unread: 9 }))
    await how()
    await until(async () => (await unread(room)) === 9, { within: 10_000, what: 'the card heals' })
  }

  test('Redis is flushed: the cards are fetched from their owner', () => loses(() => rig.redis.flushall()))

  test('Redis comes back empty: the same', () => loses(() => rig.server.restartEmpty()))

  test('messages-api is away at first: it is asked until it answers', async () => {
    const room = await newRoom()
    rig.peer.cards.set(room.room_id, cardOf(room, { card_rev: 9, farmer_unread: 9 }))
    rig.peer.refuse(2)
    live.reconciler.soon()
    await until(async () => (await unread(room)) === 9, { within: 10_000 })
  })

  test('more rooms than a page are compared', async () => {
    const rooms = await Promise.all(Array.from({ length: 12 }, newRoom))
    for (const room of rooms) rig.peer.cards.set(room.room_id, cardOf(room, { card_rev: 5, farmer_unread: 5 }))
    rig.peer.pageAtMost(5)
    live.reconciler.soon()
    for (const room of rooms) await until(async () => (await unread(room)) === 5)
  })
})

test('an entry’s type decides: known is parsed, newer is passed over, none does not parse', () => {
  expect(decodeMessageEvent({ type: 'message.pinned' })).toBe('unknown')
  expect(() => decodeMessageEvent({})).toThrow()
  expect(() => decodeMessageEvent({ type: 'message.created' })).toThrow()
})
