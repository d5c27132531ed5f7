import { z } from 'zod'
import { roomId, userId } from './ids.ts'

/** The stream on which rooms-api tells the chat lists that are open what changed in them, sharded by user id. */
export const INBOX_STREAM = 'inbox'

/**
 * A frame says all of a card as its user sees it: a later one replaces an earlier one. Cards that are told together stand
 * in one entry for each shard, in columns.
 */
export const inboxEvents = {
  'rooms.updated': z.object({
    type: z.literal('rooms.updated'),
    user_ids: z.string().min(1).meta({ description: 'Separated by a space: in whose list each card is' }),
    room_ids: z.string().min(1).meta({ description: 'Separated by a space: of which room' }),
    request_ids: z.string().meta({ description: 'Separated by a space: the request that caused it, for logs' }),
    frames: z.string().min(1).meta({ description: 'Separated by a line feed: its ready frame' }),
  }),
  'room.updated': z.object({
    type: z.literal('room.updated'),
    user_id: userId,
    room_id: roomId,
    frame: z.string().min(1),
    request_id: z.string().default('').meta({ description: 'The request that caused it, for logs' }),
  }),
} as const

/** A card as one of its parties sees it, ready for that user's inbox sockets. */
export type CardFrame = { user_id: string; room_id: string; frame: string }

/** The fields of an entry `rooms.updated`. */
export const updatedFields = (cards: readonly (CardFrame & { request_id: string })[]) => ({
  type: 'rooms.updated' satisfies keyof typeof inboxEvents,
  user_ids: cards.map(({ user_id }) => user_id).join(' '),
  room_ids: cards.map(({ room_id }) => room_id).join(' '),
  request_ids: cards.map(({ request_id }) => request_id).join(' '),
  frames: cards.map(({ frame }) => frame).join('\n'),
})
