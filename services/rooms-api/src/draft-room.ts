import { randomUUID } from 'node:crypto'
import type { RoomEvent } from '@farmgate/contracts/room-events.ts'
import type { CheckoutBody } from '@farmgate/contracts/rooms.ts'
import type { Product } from './known-products.ts'
import { placeOrder } from './orders.ts'
import type { StoredRoom } from './stored-room.ts'

/** A room as it will be, its story so far, and the request that asks for it. */
export type Draft = { room: StoredRoom; events: readonly RoomEvent[]; requestId: string }

/** What a checkout of this product opens at `at` (RFC 3339): a room, and the order in it if it places one. */
export function draftRoom(checkout: CheckoutBody, product: Product, at: string, requestId: string): Draft {
  const { customer_id, farmer_id, product_id, quantity, product_image_url: imageUrl = null } = checkout
  const room: StoredRoom = {
    room_id: randomUUID(),
    customer_id,
    farmer_id,
    product_id,
    quantity,
    product_image_url: imageUrl,
    order_status: null,
    is_new_order: false,
    event_no: 1,
    card_rev: 0,
    last_seq: 0,
    customer_unread: 0,
    farmer_unread: 0,
    last_message: null,
    created_at: at,
    activity_at: at,
    customer_name: customer_id,
    farmer_name: farmer_id,
    product_name: product.name,
    unit: product.unit,
    image_url: product.image_url,
  }
  const parties = { customer_id, farmer_id, product_id }
  const opened = { type: 'room.opened', room_id: room.room_id, event_no: 1, at, ...parties } as const
  if (!checkout.is_post_checkout) return { room: foreseen(room), events: [opened], requestId }
  const order = placeOrder(room, { quantity, imageUrl }, at)
  return { room: foreseen(order.room), events: [opened, order.event], requestId }
}

/**
 * In a room of which messages-api has heard nothing but its first events, `card_rev` is their number: its own card then
 * says what stands here already, and nothing has to be written.
 */
const foreseen = (room: StoredRoom): StoredRoom => ({ ...room, card_rev: room.event_no })
