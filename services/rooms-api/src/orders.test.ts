import { roomEvents } from '@farmgate/contracts/room-events.ts'
import { expect, test } from 'vitest'
import { firstMessage, placeOrder, takeStep } from './orders.ts'
import type { StoredRoom } from './stored-room.ts'

const AT = '2026-11-23T10:00:00.000Z'
const asked: StoredRoom = {
  room_id: '7d3c1f0a-2f6b-4c61-9a44-4d0f0f1c2b3a',
  customer_id: 'c-1',
  farmer_id: 'f-1',
  product_id: 'p-1',
  quantity: 1,
  product_image_url: null,
  order_status: null,
  is_new_order: false,
  event_no: 1,
  card_rev: 0,
  last_seq: 4,
  customer_unread: 2,
  farmer_unread: 1,
  last_message: null,
  created_at: '2026-11-23T09:00:00.000Z',
  activity_at: '2026-11-23T09:30:00.000Z',
  customer_name: 'Ada',
  farmer_name: "Bo's Farm",
  product_name: 'Tomatoes',
  unit: 'kg',
  image_url: null,
}

test('the first message is the one of the contract, with and without a unit', () => {
  expect(firstMessage(2.5, 'kg', 'Tomatoes')).toBe(
    "Hello! I've just purchased 2.5 kg of Tomatoes.\nI'd like to discuss delivery options...",
  )
  expect(firstMessage(1_000_000, null, 'Eggs')).toMatch(/^Hello! I've just purchased 1000000 of Eggs\.\n/)
  expect(firstMessage(0.001, null, 'Saffron')).toContain('purchased 0.001 of Saffron')
})

test('an order makes the room new, unread for the farmer, and its first message the last one', () => {
  const { room, event } = placeOrder(asked, { quantity: 2.5, imageUrl: 'https://img.example/p-1.jpg' }, AT)
  expect(roomEvents['order.placed'].parse(event)).toEqual(event)
  expect(event).toMatchObject({ event_no: 2, previous: null, placed_by: 'c-1' })
  expect(event.images).toEqual([
    expect.objectContaining({
      url: 'https://img.example/p-1.jpg',
      thumbnail_url: 'https://img.example/p-1.jpg',
      width: null,
    }),
  ])
  expect(room).toMatchObject({ order_status: 'new', is_new_order: true, quantity: 2.5, farmer_unread: 2, last_seq: 5 })
  expect(room).toMatchObject({ customer_unread: 2, activity_at: AT, event_no: 2 })
  expect(room.last_message).toMatchObject({
    message_id: event.message_id,
    seq: 5,
    has_images: true,
    kind: 'order_placed',
  })
})

test('buying again without an image keeps the one that the room has, and attaches none', () => {
  const before = { ...asked, product_image_url: 'https://img.example/old.jpg', order_status: 'completed' as const }
  const { room, event } = placeOrder(before, { quantity: 3, imageUrl: null }, AT)
  expect(room.product_image_url).toBe('https://img.example/old.jpg')
  expect(event).toMatchObject({ images: [], previous: 'completed' })
})

test('a step of the farmer is a message that the customer has not read', () => {
  const { room: ordered } = placeOrder(asked, { quantity: 2, imageUrl: null }, AT)
  const step = { from: 'new', to: 'active', who: 'farmer', says: 'The order is now active.' } as const
  const { room, event } = takeStep(ordered, step, 'f-1', AT)
  expect(roomEvents['order.status_changed'].parse(event)).toEqual(event)
  expect(room).toMatchObject({ order_status: 'active', is_new_order: false, customer_unread: 3, farmer_unread: 2 })
  expect(room.last_message).toMatchObject({
    kind: 'order_status',
    sender_id: 'f-1',
    preview: 'The order is now active.',
  })
})

test('an instance whose clock is behind does not move a room down', () => {
  const { room } = placeOrder(asked, { quantity: 2, imageUrl: null }, '2026-11-23T09:00:00.000Z')
  expect(room.activity_at).toBe(asked.activity_at)
})
