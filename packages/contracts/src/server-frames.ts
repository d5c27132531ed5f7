import { z } from 'zod'
import { type ErrorCode, errorCodes } from './errors.ts'
import { roomId, userId } from './ids.ts'
import { message, readMarkers } from './messages.ts'
import { orderStatus } from './order-status.ts'
import { room } from './rooms.ts'
import { position, time } from './text.ts'

const pong = z.object({ type: z.literal('pong') }).meta({ description: 'The answer to `ping`.' })
const error = z
  .object({
    type: z.literal('error'),
    code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
    detail: z.string(),
    client_message_id: z.string().optional(),
  })
  .meta({
    description: 'A frame was refused; the socket stays open. The tenth bad frame within a minute closes it with 4400.',
  })
const heartbeat = z
  .number()
  .meta({ description: 'Seconds; a client that is silent for two of them is closed with 4408' })

/** What the gateway says on `/ws/chat/{room_id}/`. */
export const roomServerFrames = {
  welcome: z
    .object({
      type: z.literal('welcome'),
      room_id: roomId,
      user_id: userId,
      last_seq: position,
      rev: position,
      read: readMarkers,
      online: z.array(userId),
      order_status: orderStatus.nullable(),
      heartbeat_s: heartbeat,
    })
    .meta({
      description:
        'Always the first frame: where the room stands. `online` names every party with a socket in the room, the caller included.',
    }),
  resync: z
    .object({ type: z.literal('resync') })
    .meta({ description: '`after_rev` is beyond what the server knows: reload the history.' }),
  caught_up: z.object({ type: z.literal('caught_up'), rev: position }).meta({
    description:
      'With `after_rev`, after the last missed change. The missed ones come before it, ascending by `rev`, each message once in its present state; then live ones.',
  }),
  'message.created': z
    .object({ type: z.literal('message.created'), message })
    .meta({ description: 'To every socket of the room. One’s own `client_message_id` in it is the acknowledgement.' }),
  'message.updated': z.object({ type: z.literal('message.updated'), message }).meta({
    description:
      'A message has changed. Live, the `rev` of the three kinds of `message` frames rises by exactly one from frame to frame.',
  }),
  'message.deleted': z
    .object({ type: z.literal('message.deleted'), message })
    .meta({ description: 'A message has become a tombstone: `deleted_at`, an empty body, no images, the same `seq`.' }),
  read: z
    .object({ type: z.literal('read'), user_id: userId, seq: position, read_at: time })
    .meta({ description: 'A party has read up to `seq`. To every socket of the room.' }),
  typing: z
    .object({ type: z.literal('typing'), user_id: userId, is_typing: z.boolean() })
    .meta({ description: 'Not to the one it is about.' }),
  presence: z
    .object({
      type: z.literal('presence'),
      user_id: userId,
      online: z.boolean(),
      last_seen_at: time.nullable(),
    })
    .meta({ description: 'The other party has come or gone.' }),
  'order.status': z
    .object({
      type: z.literal('order.status'),
      order_status: orderStatus,
      previous: orderStatus.nullable(),
      changed_by: userId,
      changed_at: time,
    })
    .meta({ description: 'The farmer moved the order on; beside the `order_status` message in the history.' }),
  error,
  pong,
} as const
export type RoomServerFrames = { [Type in keyof typeof roomServerFrames]: z.infer<(typeof roomServerFrames)[Type]> }

/** What the gateway says on `/ws/inbox/`. */
export const inboxServerFrames = {
  welcome: z
    .object({
      type: z.literal('welcome'),
      user_id: userId,
      total_unread: z.int(),
      heartbeat_s: heartbeat,
    })
    .meta({ description: 'Always the first frame.' }),
  'room.updated': z
    .object({ type: z.literal('room.updated'), room, total_unread: z.int() })
    .meta({ description: 'A card of the caller’s list has changed: a new room, a message, a read marker, a status.' }),
  error,
  pong,
} as const
export type InboxServerFrames = { [Type in keyof typeof inboxServerFrames]: z.infer<(typeof inboxServerFrames)[Type]> }
