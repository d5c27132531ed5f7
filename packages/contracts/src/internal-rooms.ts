import { z } from 'zod'
import { roomId, userId } from './ids.ts'
import { card } from './message-events.ts'
import { roomEvent } from './room-events.ts'
import { position, time } from './text.ts'

/* What rooms-api answers to the other services, under /internal/rooms/ and /internal/cards/. */

/** POST /internal/rooms/story/: the events of a room above `after`, in order. 404 `unknown_room`. */
export const storyBody = z.object({ room_id: roomId, after: position.default(0) })
export const storyAnswer = z.object({ events: z.array(roomEvent) })

/** POST /internal/rooms/event-numbers/: how far each room's story goes, a page at a time by room id. */
export const eventNumbersBody = z.object({ after: roomId.optional(), limit: z.int().min(1).max(5000).default(2000) })
export const eventNumbersAnswer = z.object({ rooms: z.array(z.object({ room_id: roomId, event_no: position })) })

/** POST /internal/rooms/inbox/: what a new inbox socket is welcomed with. */
export const inboxBody = z.object({ user_id: userId })
export const inboxAnswer = z.object({ total_unread: position })

/** Where a page of changed cards ends: the time at which the last room's card changed, with all its digits, and that room. */
const cardChange = z.object({ at: z.iso.datetime(), room_id: roomId })

/**
 * POST /internal/rooms/inbox-changes/: the cards of these users that changed at or after `since`, as ready frames, a page
 * of at most `limit` rooms at a time in the order in which they changed. The next page begins after `next`; none: the end.
 */
export const inboxChangesBody = z.object({
  user_ids: z.array(userId).max(5000),
  since: time,
  after: cardChange.optional(),
  limit: z.int().min(1).max(500).default(500),
})
export const inboxChangesAnswer = z.object({
  changes: z.array(z.object({ user_id: userId, room_id: roomId, frame: z.string() })),
  next: cardChange.optional(),
})

/** POST /internal/rooms/cards/: cards by hand, while Redis is away. */
export const applyCardsBody = z.object({ cards: z.array(card).max(1000) })

/**
 * POST /internal/cards/rebuild/: fetch cards again from messages-api, a page of rooms at a time by room id, or one room.
 * `next` is the `after` of the page that follows; without it this was the last. 404 `unknown_room`.
 */
export const rebuildCardsBody = z.object({
  room_id: roomId.optional(),
  after: roomId.optional(),
  limit: z.int().min(1).max(1000).default(500),
})
export const rebuildCardsAnswer = z.object({
  rooms: position.meta({ description: 'How many cards were written anew' }),
  next: roomId.optional(),
})
