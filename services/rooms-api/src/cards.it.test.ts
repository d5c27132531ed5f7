import type { Card } from '@farmgate/contracts/message-events.ts'
import type { Room } from '@farmgate/contracts/rooms.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyCards } from './cards.ts'
import { cardOf, openRig, type Rig } from './rig.fixture.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
  await rig.product('p-1')
})
afterAll(() => rig.close())

let customers = 0
const newRoom = () => rig.room({ customer_id: `c-${++customers}` })
const apply = (...cards: Card[]) => rig.db.run((sql) => applyCards(sql, cards))
const seenBy = async (user: string, { room_id }: Room): Promise<Room> =>
  (await rig.as(user).get(`/chat/rooms/${room_id}/`)).body

test('a card replaces what we predicted', async () => {
  const room = await newRoom()
  const last = { ...cardOf(room).last_message, preview: 'Friday?', seq: 5, created_at: '2031-01-01T00:00:00.000Z' }
  const card = cardOf(room, { card_rev: 9, last_seq: 5, customer_unread: 3, farmer_unread: 2 })
  const rows = await apply({ ...card, last_message: last } as Card)
  expect(rows).toMatchObject([{ topic: 'card', subject: room.room_id, first_rev: 0, last_rev: 0 }])
  expect(await seenBy('f-1', room)).toMatchObject({ last_seq: 5, unread_count: 2, has_unread_customer: true })
  expect(await seenBy(room.customer_id, room)).toMatchObject({
    unread_count: 3,
    last_message: { preview: 'Friday?' },
    updated_at: '2031-01-01T00:00:00.000Z',
  })
})

test('a card that has not seen our newest order event changes nothing', async () => {
  const room = await newRoom()
  await rig.as('f-1').patch(`/chat/rooms/${room.room_id}/`, { body: { order_status: 'active' } })
  const predicted = await seenBy('f-1', room)
  expect(await apply(cardOf(room, { card_rev: 5, event_no: 2 }))).toEqual([])
  expect(await seenBy('f-1', room)).toEqual(predicted)
  expect(await apply(cardOf(room, { card_rev: 6, event_no: 3 }))).toHaveLength(1)
})

test('an order is new until the farmer has read it', async () => {
  const room = await newRoom()
  await apply(cardOf(room, { card_rev: 1, farmer_seq: 0, order_seq: 1 }))
  expect((await seenBy('f-1', room)).is_new_order).toBe(true)
  await apply(cardOf(room, { card_rev: 2, farmer_seq: 1, order_seq: 1, farmer_unread: 0 }))
  expect(await seenBy('f-1', room)).toMatchObject({ is_new_order: false, has_unread_farmer: false })
})

test('reading and deleting do not move a room; an older last message does not move it down', async () => {
  const room = await newRoom()
  const card = cardOf(room, { card_rev: 3 })
  await apply({ ...card, last_message: { ...card.last_message, created_at: '2020-01-01T00:00:00.000Z' } } as Card)
  expect((await seenBy('f-1', room)).updated_at).toBe(room.updated_at)
})

test('a card of a room that we do not have is nothing to us', async () => {
  const room = { ...(await newRoom()), room_id: '7d3c1f0a-2f6b-4c61-9a44-4d0f0f1c2b3a' }
  expect(await apply(cardOf(room))).toEqual([])
})

test('cards in any order, any number of times, in any batches end in the newest state', async () => {
  const history = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 12 })
  const shuffledTwice = history.chain((revs) =>
    fc.tuple(
      fc.constant(Math.max(...revs)),
      fc.shuffledSubarray([...revs, ...revs], { minLength: 2 * revs.length }),
      fc.integer({ min: 1, max: 5 }),
    ),
  )
  await fc.assert(
    fc.asyncProperty(shuffledTwice, async ([newest, revs, size]) => {
      const room = await newRoom()
      const cards = revs.map((rev) => cardOf(room, { card_rev: rev, last_seq: rev, farmer_unread: rev }))
      for (let from = 0; from < cards.length; from += size) await apply(...cards.slice(from, from + size))
      expect(await seenBy('f-1', room)).toMatchObject({ last_seq: newest, unread_count: newest })
    }),
    { numRuns: 40 },
  )
})

test('batches that name the same rooms in opposite orders do not stand in each other’s way', async () => {
  const rooms = await Promise.all(Array.from({ length: 20 }, newRoom))
  const batch = (rev: number) => rooms.map((room) => cardOf(room, { card_rev: rev, farmer_unread: rev }))
  await Promise.all(Array.from({ length: 30 }, (_, n) => apply(...(n % 2 ? batch(n + 1) : batch(n + 1).toReversed()))))
  for (const room of rooms) expect((await seenBy('f-1', room)).unread_count).toBe(30)
})
