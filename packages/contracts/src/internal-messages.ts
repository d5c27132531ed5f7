import { z } from 'zod'
import { type ErrorCode, errorCodes } from './errors.ts'
import { imageId, messageId, roomId, userId } from './ids.ts'
import { card } from './message-events.ts'
import { readMarkers } from './messages.ts'
import { orderStatus } from './order-status.ts'
import { roomEvent } from './room-events.ts'
import { clientMessageId, position, time, traceparent } from './text.ts'

/*
 * What messages-api answers to the other services, under /internal/messages/. The gateway checks frames at its border;
 * these schemas say the shape once, for both ends.
 */

/** The same codes as everywhere: what a command may be refused with, one by one, while its neighbours succeed. */
const refused = z.object({
  outcome: z.literal('refused'),
  code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
  detail: z.string().optional(),
})
export type Refused = z.infer<typeof refused>

/** A change of the history, numbered, with its ready frames (separated by a line feed). */
const changed = z.object({ outcome: z.literal('changed'), rev: position, frame: z.string() })
/** Nothing changed: it had been done before. `frame` says the present state, for the asker alone. */
const unchanged = z.object({ outcome: z.literal('unchanged'), rev: position, frame: z.string() })

const commandResult = z.discriminatedUnion('outcome', [changed, unchanged, refused])
export type CommandResult = z.infer<typeof commandResult>

/** POST /internal/messages/send/: a lane's batch. Answers stand in the order of the sends. */
export const sendBatch = z.object({
  sends: z
    .array(
      z.object({
        room_id: roomId,
        sender_id: userId,
        client_message_id: clientMessageId,
        body: z.string(),
        image_ids: z.array(imageId),
        traceparent: traceparent.optional(),
      }),
    )
    .max(1000),
})
export type SendBatch = z.infer<typeof sendBatch>
export const sendBatchAnswer = z.object({ results: z.array(commandResult) })

/**
 * The line of sends, a WebSocket at SENDS_LINE: the same batch asked as a JSON text, over and over on one connection. The
 * answer is lines of text: a head, then the ready frame of each send that has a rev, in the order of the sends.
 */
export const SENDS_LINE = '/internal/messages/sends/'
export const sendsQuestion = sendBatch.extend({
  request_id: z.string(),
  deadline: z.number().meta({ description: 'When the asker stops waiting, in ms since 1970' }),
})
export type SendsQuestion = z.infer<typeof sendsQuestion>

const place = z.int().min(0)
export const sendsHead = z.object({
  revs: z.array(position).meta({ description: 'In the order of the sends; 0 where one is refused' }),
  unchanged: z.array(place).meta({ description: 'Which of them were there already' }),
  refused: z.array(refused.extend({ at: place })),
  problem: refused.shape.code.optional().meta({ description: 'All of it is refused; then the rest is empty' }),
})
type SendsHead = z.infer<typeof sendsHead>

export function writeSendsAnswer(results: readonly CommandResult[]): string {
  const head: SendsHead = { revs: [], unchanged: [], refused: [] }
  const lines = ['']
  for (const [at, result] of results.entries()) {
    if (result.outcome === 'refused') {
      head.refused.push({ ...result, at })
      head.revs.push(0)
      continue
    }
    if (result.outcome === 'unchanged') head.unchanged.push(at)
    head.revs.push(result.rev)
    lines.push(result.frame)
  }
  lines[0] = JSON.stringify(head)
  return lines.join('\n')
}

export const writeSendsProblem = (problem: ErrorCode): string =>
  JSON.stringify({ revs: [], unchanged: [], refused: [], problem } satisfies SendsHead)

/** POST /internal/messages/change/: edits and deletes, done one after another in this order. */
export const changeBatch = z.object({
  changes: z
    .array(
      z.discriminatedUnion('op', [
        z.object({
          op: z.literal('edit'),
          room_id: roomId,
          sender_id: userId,
          message_id: messageId,
          body: z.string(),
        }),
        z.object({ op: z.literal('delete'), room_id: roomId, sender_id: userId, message_id: messageId }),
      ]),
    )
    .max(100),
})
export type ChangeBatch = z.infer<typeof changeBatch>
export const changeBatchAnswer = sendBatchAnswer

/** POST /internal/messages/read/: read markers. `frame` is '' where the marker had been there already. */
export const readBatch = z.object({
  reads: z.array(z.object({ room_id: roomId, user_id: userId, seq: position })).max(1000),
})
export type ReadBatch = z.infer<typeof readBatch>
const readResult = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('read'), seq: position, frame: z.string() }),
  refused,
])
export type ReadResult = z.infer<typeof readResult>
export const readBatchAnswer = z.object({ results: z.array(readResult) })

/** POST /internal/messages/join/: may this user watch this room, and where does it stand? 404 `unknown_room`. */
export const joinBody = z.object({ room_id: roomId, user_id: userId })
export const joinAnswer = z.object({
  room_id: roomId,
  customer_id: userId,
  farmer_id: userId,
  last_seq: position,
  rev: position,
  read: readMarkers,
  order_status: orderStatus.nullable(),
})
export type JoinAnswer = z.infer<typeof joinAnswer>

/** POST /internal/messages/positions/: where rooms stand, to compare with what a gateway has passed on. */
export const positionsBody = z.object({ room_ids: z.array(roomId).max(5000) })
const roomPosition = z.object({
  room_id: roomId,
  rev: position,
  read: readMarkers,
  read_at: z.object({ customer: time.nullable(), farmer: time.nullable() }),
})
export type RoomPosition = z.infer<typeof roomPosition>
export const positionsAnswer = z.object({ positions: z.array(roomPosition) })

/** POST /internal/messages/replay/: every change above `after_rev`, one by one, for a gate that misses some. */
export const replayBody = z.object({
  room_id: roomId,
  after_rev: position,
  limit: z.int().min(1).max(1000).default(200),
})
export const replayAnswer = z.object({
  changes: z.array(z.object({ rev: position, frame: z.string() })),
  rev: position.meta({ description: 'The highest rev of the room' }),
})

/** POST /internal/messages/missed/: each message changed above `after_rev`, once, as it is now, for one who comes back. */
export const missedBody = replayBody.extend({
  since_rev: position
    .optional()
    .meta({ description: 'Where the first page began: what was made since is `created` on every page' }),
})
export const missedAnswer = replayAnswer.extend({ has_more: z.boolean() })

/** POST /internal/messages/room-events/: room events by hand, while Redis is away or when an answer must not wait. */
export const roomEventsBody = z.object({ events: z.array(roomEvent).max(500) })

/** POST /internal/messages/cards/: cards of these rooms, or of all, a page at a time by room id. */
export const cardsBody = z.object({
  room_ids: z.array(roomId).max(1000).optional(),
  after: roomId.optional(),
  limit: z.int().min(1).max(1000).default(500),
})
export const cardsAnswer = z.object({ cards: z.array(card) })
