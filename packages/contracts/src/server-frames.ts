import { z } from 'zod'
import { type ErrorCode, errorCodes } from './errors.ts'
import { roomId, userId } from './ids.ts'
import { message, readMarkers } from './messages.ts'
import { orderStatus } from './order-status.ts'
import { room } from './rooms.ts'
import { position, time } from './text.ts'

const pong = z.object({ type: z.literal('pong') })
const error = z.object({
  type: z.literal('error'),
  code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
  detail: z.string(),
  client_message_id: z.string().optional(),
})
const heartbeat = z
  .number()
  .meta({ description: 'Seconds; a client that is silent for two of them is closed with 4408' })

/** What the gateway says on `/ws/chat/{room_id}/`. */
export const roomServerFrames = {
  welcome: z.object({
    type: z.literal('welcome'),
    room_id: roomId,
    user_id: userId,
    last_seq: position,
    rev: position,
    read: readMarkers,
    online: z.array(userId),
    order_status: orderStatus.nullable(),
    heartbeat_s: heartbeat,
  }),
  resync: z.object({ type: z.literal('resync') }),
  caught_up: z.object({ type: z.literal('caught_up'), rev: position }),
  'message.created': z.object({ type: z.literal('message.created'), message }),
  'message.updated': z.object({ type: z.literal('message.updated'), message }),
  'message.deleted': z.object({ type: z.literal('message.deleted'), message }),
  read: z.object({ type: z.literal('read'), user_id: userId, seq: position, read_at: time }),
  typing: z.object({ type: z.literal('typing'), user_id: userId, is_typing: z.boolean() }),
  presence: z.object({
    type: z.literal('presence'),
    user_id: userId,
    online: z.boolean(),
    last_seen_at: time.nullable(),
  }),
  'order.status': z.object({
    type: z.literal('order.status'),
    order_status: orderStatus,
    previous: orderStatus.nullable(),
    changed_by: userId,
    changed_at: time,
  }),
  error,
  pong,
} as const
export type RoomServerFrames = { [Type in keyof typeof roomServerFrames]: z.infer<(typeof roomServerFrames)[Type]> }

/** What the gateway says on `/ws/inbox/`. */
export const inboxServerFrames = {
  welcome: z.object({
    type: z.literal('welcome'),
    user_id: userId,
    total_unread: z.int(),
    heartbeat_s: heartbeat,
  }),
  'room.updated': z.object({ type: z.literal('room.updated'), room, total_unread: z.int() }),
  error,
  pong,
} as const
export type InboxServerFrames = { [Type in keyof typeof inboxServerFrames]: z.infer<(typeof inboxServerFrames)[Type]> }
