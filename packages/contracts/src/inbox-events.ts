import { z } from 'zod'
import { roomId, userId } from './ids.ts'

/** The stream on which rooms-api tells the chat lists that are open what changed in them, sharded by user id. */
export const INBOX_STREAM = 'inbox'

/** The frame says all of a card as `user_id` sees it: a later one replaces an earlier one. */
export const inboxEvents = {
  'room.updated': z.object({
    type: z.literal('room.updated'),
    user_id: userId,
    room_id: roomId,
    frame: z.string().min(1),
    request_id: z.string().default('').meta({ description: 'The request that caused it, for logs' }),
  }),
} as const
