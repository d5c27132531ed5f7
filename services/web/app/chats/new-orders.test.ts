import type { LastMessage, Room } from '@farmgate/contracts/rooms.ts'
import { expect, test } from 'vitest'
import { newestOrder, ordersSince } from './new-orders.ts'

const BO = 'farm-bo'
const order = (room_id: string, minute: number, given: Partial<Room> = {}): Room => {
  const last = { kind: 'order_placed' } as LastMessage
  const at = new Date(Date.UTC(2026, 10, 23, 12, minute)).toISOString()
  return { room_id, farmer_id: BO, is_new_order: true, last_message: last, updated_at: at, ...given } as Room
}
const ids = ({ orders }: ReturnType<typeof ordersSince>) => orders.map(({ room_id }) => room_id)

test('orders that were there when the list was opened are no news', () => {
  const first = ordersSince([order('a', 1)], undefined, BO)
  expect(ids(first)).toEqual([])
  expect(ids(ordersSince([order('b', 2), order('a', 1)], first.newest, BO))).toEqual(['b'])
})

test('the first order of an empty list is news', () => {
  const { newest } = ordersSince([], undefined, BO)
  expect(ids(ordersSince([order('a', 1)], newest, BO))).toEqual(['a'])
})

test('a page of older orders is no news, nor is what changes in a room without a new order', () => {
  const { newest } = ordersSince([order('c', 3)], undefined, BO)
  const written = order('d', 4, { last_message: { kind: 'text' } as LastMessage })
  const read = order('e', 5, { is_new_order: false })
  const own = order('f', 6, { farmer_id: 'farm-other' })
  expect(ids(ordersSince([own, read, written, order('c', 3), order('a', 1)], newest, BO))).toEqual([])
})

test('a second order in a room is another one; a text after an order is not', () => {
  const placed = (message_id: string) =>
    order('a', 1, { last_message: { kind: 'order_placed', message_id } as LastMessage })
  const written = order('a', 2, { last_message: { kind: 'text', message_id: 'm-2' } as LastMessage })
  expect(newestOrder(written, undefined)).toBeUndefined()
  const first = newestOrder(placed('m-1'), undefined)
  expect(newestOrder(written, first)).toBe(first)
  expect(newestOrder(placed('m-3'), first)).not.toBe(first)
})
