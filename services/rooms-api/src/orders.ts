import { randomUUID } from 'node:crypto'
import { previewOf } from '@farmgate/contracts/preview.ts'
import type { RoomEvents } from '@farmgate/contracts/room-events.ts'
import type { LastMessage } from '@farmgate/contracts/rooms.ts'
import type { Transition } from './order-transitions.ts'
import type { StoredRoom } from './stored-room.ts'

/*
 * What an order does to its room, without a database. Each function gives the event that is told and the room as it
 * stands then. The card in it is a prediction of what messages-api will make of the event, so that the answer and the
 * caller's next list are right at once; messages-api's own card replaces it.
 */

export type Change<Event> = { room: StoredRoom; event: Event }

/** The first message of an order, word for word as the public interface promises it (POST /chat/rooms/). */
export function firstMessage(quantity: number, unit: string | null, product: string): string {
  const amount = unit === null ? String(quantity) : `${quantity} ${unit}`
  return `Hello! I've just purchased ${amount} of ${product}.\nI'd like to discuss delivery options...`
}

/** The customer buys, for the first time or again. */
export function placeOrder(
  room: StoredRoom,
  { quantity, imageUrl }: { quantity: number; imageUrl: string | null },
  at: string,
): Change<RoomEvents['order.placed']> {
  const event = {
    type: 'order.placed',
    room_id: room.room_id,
    event_no: room.event_no + 1,
    at,
    placed_by: room.customer_id,
    previous: room.order_status,
    message_id: randomUUID(),
    body: firstMessage(quantity, room.unit, room.product_name),
    images: imageUrl === null ? [] : [productImage(imageUrl)],
  } as const satisfies RoomEvents['order.placed']
  const ordered = {
    ...withMessage(room, 'order_placed', room.customer_id, event),
    quantity,
    product_image_url: imageUrl ?? room.product_image_url,
    order_status: 'new',
    is_new_order: true,
    farmer_unread: room.farmer_unread + 1,
  } as const
  return { room: ordered, event }
}

/** The farmer takes a step; the caller has found it legal. */
export function takeStep(
  room: StoredRoom,
  step: Transition,
  by: string,
  at: string,
): Change<RoomEvents['order.status_changed']> {
  const event = {
    type: 'order.status_changed',
    room_id: room.room_id,
    event_no: room.event_no + 1,
    at,
    changed_by: by,
    from: step.from,
    to: step.to,
    message_id: randomUUID(),
    body: step.says,
  } as const satisfies RoomEvents['order.status_changed']
  const moved = {
    ...withMessage(room, 'order_status', by, event),
    order_status: step.to,
    is_new_order: false,
    customer_unread: room.customer_unread + 1,
  }
  return { room: moved, event }
}

type OrderEvent = RoomEvents['order.placed' | 'order.status_changed']

function withMessage(room: StoredRoom, kind: LastMessage['kind'], sender_id: string, event: OrderEvent): StoredRoom {
  const seq = room.last_seq + 1
  return {
    ...room,
    event_no: event.event_no,
    last_seq: seq,
    last_message: {
      message_id: event.message_id,
      seq,
      kind,
      sender_id,
      preview: previewOf(event.body),
      has_images: 'images' in event && event.images.length > 0,
      created_at: event.at,
    },
    activity_at: later(event.at, room.activity_at),
  }
}

/** Clocks of two instances may differ: a room never moves down. */
function later(a: string, b: string): string {
  if (a > b) return a
  return b
}

/** The image given at checkout: a URL that no server fetches, so its size is not known. */
const productImage = (url: string) => ({
  image_id: randomUUID(),
  url,
  thumbnail_url: url,
  width: null,
  height: null,
})
