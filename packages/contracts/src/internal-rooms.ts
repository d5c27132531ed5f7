import { z } from 'zod'
import { roomId, userId } from './ids.ts'
import { card } from './message-events.ts'
import { roomEvent } from './room-events.ts'
import { position, time } from './text.ts'

/* What rooms-api answers to the other services, under /internal/rooms/. */

/** POST /internal/rooms/story/: the events of a room above `after`, in order. 404 `unknown_room`. */
export const storyBody = z.object({ room_id: roomId, after: position.default(0) })
export const storyAnswer = z.object({ events: z.array(roomEvent) })

/** POST /internal/rooms/event-numbers/: how far each room's story goes, a page at a time by room id. */
export const eventNumbersBody = z.object({ after: roomId.optional(), limit: z.int().min(1).max(5000).default(2000) })
export const eventNumbersAnswer = z.object({ rooms: z.array(z.object({ room_id: roomId, event_no: position })) })

/** POST /internal/rooms/inbox/: what a new inbox socket is welcomed with. */
export const inboxBody = z.object({ user_id: userId })
export const inboxAnswer = z.object({ total_unread: position })

/** POST /internal/rooms/inbox-changes/: the cards of these users that changed at or after `since`, as ready frames. */
export const inboxChangesBody = z.object({ user_ids: z.array(userId).max(5000), since: time })
export const inboxChangesAnswer = z.object({ changes: z.array(z.object({ user_id: userId, frame: z.string() })) })

/** POST /internal/rooms/cards/: cards by hand, while Redis is away. */
export const applyCardsBody = z.object({ cards: z.array(card).max(1000) })

/** POST /internal/cards/rebuild/: fetch the card of one room, or of all, again from messages-api. */
export const rebuildCardsBody = z.object({ room_id: roomId.optional() })
export const rebuildCardsAnswer = z.object({
  rooms: position.meta({ description: 'How many cards were written anew' }),
})
