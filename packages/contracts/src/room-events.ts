import { z } from 'zod'
import { messageId, productId, roomId, userId } from './ids.ts'
import { messageImage } from './messages.ts'
import { orderStatus } from './order-status.ts'
import { time } from './text.ts'

/** The stream on which rooms-api tells the life of its rooms, sharded by room id. */
export const ROOMS_STREAM = 'rooms'

const inRoom = {
  room_id: roomId,
  event_no: z
    .int()
    .min(1)
    .meta({ description: "The event's number in its room: 1, 2, 3 … A hearer applies them in order" }),
  at: time,
}

/** The facts of rooms-api. Each is complete in itself and, by its number, may be heard twice or late. */
export const roomEvents = {
  'room.opened': z.object({
    type: z.literal('room.opened'),
    ...inRoom,
    customer_id: userId,
    farmer_id: userId,
    product_id: productId,
  }),
  'order.placed': z.object({
    type: z.literal('order.placed'),
    ...inRoom,
    placed_by: userId,
    previous: orderStatus.nullable(),
    message_id: messageId.meta({ description: 'Given by rooms-api, so that a repeat is the same message' }),
    body: z.string(),
    images: z.array(messageImage),
  }),
  'order.status_changed': z.object({
    type: z.literal('order.status_changed'),
    ...inRoom,
    changed_by: userId,
    from: orderStatus,
    to: orderStatus,
    message_id: messageId,
    body: z.string(),
  }),
} as const

export const roomEvent = z.discriminatedUnion('type', [
  roomEvents['room.opened'],
  roomEvents['order.placed'],
  roomEvents['order.status_changed'],
])
export type RoomEvent = z.infer<typeof roomEvent>
export type RoomEvents = { [Type in keyof typeof roomEvents]: z.infer<(typeof roomEvents)[Type]> }
