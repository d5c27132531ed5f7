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

const known = z.discriminatedUnion('type', [
  roomEvents['room.opened'],
  roomEvents['order.placed'],
  roomEvents['order.status_changed'],
])
export type RoomEvent = z.infer<typeof known>
export type RoomEvents = { [Type in keyof typeof roomEvents]: z.infer<(typeof roomEvents)[Type]> }

/** A fact that a newer producer tells: it has its number, and means nothing to us yet. */
const newer = z
  .looseObject({ type: z.string(), ...inRoom })
  .refine((event) => !Object.hasOwn(roomEvents, event.type), 'is a known event that does not match its schema')
type NewerEvent = z.infer<typeof newer>

/** What a hearer parses: one of the table, or one that a newer version will know. */
export const roomEvent = z.union([known, newer])
export type HeardEvent = RoomEvent | NewerEvent

export const isKnown = (event: HeardEvent): event is RoomEvent => Object.hasOwn(roomEvents, event.type)

/**
 * An entry of the stream: what one transaction did to one room, together and in order, so that nobody ever sees a half
 * of it. `events` is a JSON array.
 */
export const roomEntry = (events: readonly RoomEvent[], requestId: string) => ({
  events: JSON.stringify(events),
  request_id: requestId,
})

const heardEvents = z.array(roomEvent).min(1)

const heardEntry = z.object({
  events: z.string().transform((json) => heardEvents.parse(JSON.parse(json))),
  request_id: z.string().default(''),
})
export type HeardEntry = z.infer<typeof heardEntry>

/** Throws where it does not parse. */
export const readRoomEntry = (fields: Readonly<Record<string, string>>): HeardEntry => heardEntry.parse({ ...fields })
