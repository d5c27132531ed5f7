import type { Room } from '@farmgate/contracts/rooms.ts'

/** A card of room `n`, last active at minute `at`. */
export const cardOf = (n: number, at: number, more: Partial<Room> = {}): Room => ({
  room_id: `r-${n}`,
  customer_id: 'c-1',
  farmer_id: 'f-1',
  product_id: 'p-1',
  customer: { id: 'c-1', name: 'Ada' },
  farmer: { id: 'f-1', name: 'Bo' },
  product: { id: 'p-1', name: 'Tomatoes', unit: 'kg', image_url: null },
  quantity: 1,
  order_status: 'new',
  is_new_order: false,
  has_unread_farmer: false,
  has_unread_customer: false,
  unread_count: 0,
  last_seq: 1,
  last_message: null,
  created_at: '2026-11-23T12:00:00.000Z',
  updated_at: new Date(at * 60_000).toISOString(),
  ...more,
})
