import { z } from 'zod'
import { roomId, userId } from './ids.ts'
import { lastMessage } from './rooms.ts'
import { position, traceparent } from './text.ts'

/** The stream on which messages-api tells what changed in a room's history, sharded by room id. */
export const MESSAGES_STREAM = 'messages'

/**
 * The stream of what batches created, `messages.created`, sharded by room id: nearly all bytes that are said, and nobody
 * but gateways reads them. A message that is traced, or that
 * the sweeper tells, stands on MESSAGES_STREAM as `message.created`; gateways hear batches there too, from an older messages-api.
 */
export const FRAMES_STREAM = 'frames'

/**
 * All that messages-api knows and a room's card shows, as absolute values: applying it twice, or an old one late,
 * changes nothing. `card_rev` rises with each of its changes; `event_no` is the last room event that is in it.
 */
export const card = z
  .object({
    room_id: roomId,
    card_rev: position,
    event_no: position,
    last_seq: position,
    customer_unread: position,
    farmer_unread: position,
    customer_seq: position,
    farmer_seq: position,
    order_seq: position.meta({ description: "The seq of the newest order's first message; 0 before any" }),
    last_message: lastMessage.nullable(),
  })
  .meta({ id: 'Card' })
export type Card = z.infer<typeof card>

/** A JSON object in a stream field; '' where the entry carries none. */
const cardField = z.string().transform((json, context) => {
  if (json === '') return null
  try {
    return card.parse(JSON.parse(json))
  } catch {
    context.addIssue({ code: 'custom', message: 'is no card' })
    return z.NEVER
  }
})

/** The request that caused the change, for logs; '' where none is known. */
const requestId = z.string().default('')

const change = {
  room_id: roomId,
  rev: z.coerce.number().int().min(1),
  frame: z.string().min(1).meta({ description: 'One or more ready frames, separated by a line feed' }),
  card: cardField.default(null),
  request_id: requestId,
  traceparent: traceparent.optional(),
}

/** Cards with the requests that caused them, as a JSON array in a stream field. */
const causedCard = card.extend({ request_id: requestId })
export type CausedCard = z.infer<typeof causedCard>

/** A JSON array in a stream field. */
const arrayField = <Item extends z.ZodType>(item: Item) =>
  z.string().transform((json, context) => {
    try {
      return z.array(item).parse(JSON.parse(json))
    } catch {
      context.addIssue({ code: 'custom', message: 'is no such array' })
      return z.NEVER
    }
  })

/**
 * Entries are flat: strings that a gateway passes on without a parse. What a batch created stands in one entry for each
 * shard, in columns, since under load an entry costs more than a message; the cards of its rooms follow in `cards.changed`
 * on MESSAGES_STREAM, where a room that talks all the time stands once for many messages. Other entries carry the card of
 * their room, where rooms-api cannot foresee it.
 */
export const messageEvents = {
  'messages.created': z.object({
    type: z.literal('messages.created'),
    room_ids: z.string().min(1).meta({ description: "Separated by a space: each message's room" }),
    revs: z.string().min(1).meta({ description: 'Separated by a space: its rev' }),
    frames: z.string().min(1).meta({ description: 'Separated by a line feed: its ready frame' }),
    cards: arrayField(card).prefault('[]').meta({
      description: 'A JSON array: cards that do not follow in `cards.changed`, of a messages-api of before that',
    }),
    request_id: requestId,
  }),
  'cards.changed': z.object({
    type: z.literal('cards.changed'),
    cards: arrayField(causedCard).meta({ description: 'A JSON array of cards, a room in it once' }),
  }),
  'message.created': z.object({ type: z.literal('message.created'), ...change }),
  'message.updated': z.object({ type: z.literal('message.updated'), ...change }),
  'message.deleted': z.object({ type: z.literal('message.deleted'), ...change }),
  'read.moved': z.object({
    type: z.literal('read.moved'),
    room_id: roomId,
    user_id: userId,
    seq: z.coerce.number().int().min(1),
    frame: z.string().min(1),
    card: cardField.default(null),
    request_id: requestId,
  }),
} as const

export const messageEvent = z.discriminatedUnion('type', [
  messageEvents['messages.created'],
  messageEvents['cards.changed'],
  messageEvents['message.created'],
  messageEvents['message.updated'],
  messageEvents['message.deleted'],
  messageEvents['read.moved'],
])
export type MessageEvent = z.infer<typeof messageEvent>
export type MessageEventType = MessageEvent['type']

/** A new message as its writer has it in hand, with its one ready frame. */
export type CreatedMessage = { room_id: string; rev: number; frame: string }

/** The fields of an entry `messages.created`. Rooms may stand several times in it, their revs rising. */
export const createdFields = (messages: readonly CreatedMessage[], requestId: string) => ({
  type: 'messages.created' satisfies MessageEventType,
  room_ids: messages.map(({ room_id }) => room_id).join(' '),
  revs: messages.map(({ rev }) => rev).join(' '),
  frames: messages.map(({ frame }) => frame).join('\n'),
  request_id: requestId,
})
