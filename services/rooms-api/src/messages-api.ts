import { cardsAnswer, type cardsBody } from '@farmgate/contracts/internal-messages.ts'
import type { Card } from '@farmgate/contracts/message-events.ts'
import type { RoomEvent } from '@farmgate/contracts/room-events.ts'
import type { InternalClient } from '@farmgate/service-kit/internal-client.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { z } from 'zod'

/** An answer to a user waits this long for a courtesy: the stream brings the event anyway. */
const NUDGE_MS = 300
const CALL_MS = 5_000
/** A list waits this long to be fresh; after it has waited in vain, nobody waits for a second. */
const FRESH_MS = 200
const REST_MS = 1_000
/** As many events as messages-api takes at once. */
const MOST_EVENTS = 500

export type MessagesApi = ReturnType<typeof openMessagesApi>

/** What we ask messages-api, which owns the histories. */
export function openMessagesApi(client: InternalClient, log: Log) {
  const tell = (events: readonly RoomEvent[], deadlineMs: number, requestId?: string) =>
    client.post('/internal/messages/room-events/', { events }, { deadlineMs, ...(requestId && { requestId }) })

  let restUntil = 0

  return {
    /** The cards of these rooms as they are now; none where messages-api does not answer at once. */
    async cardsNow(room_ids: string[]): Promise<Card[]> {
      if (room_ids.length === 0 || Date.now() < restUntil) return []
      try {
        const call = { deadlineMs: FRESH_MS, schema: cardsAnswer }
        return (await client.post('/internal/messages/cards/', { room_ids }, call)).cards
      } catch (error) {
        restUntil = Date.now() + REST_MS
        log.debug({ reason: String(error) }, 'messages_api.cards_not_fresh')
        return []
      }
    },

    /** Room events by hand, in order. Throws DependencyAway; hearing them again by the stream changes nothing. */
    async hear(events: readonly RoomEvent[]): Promise<void> {
      for (let from = 0; from < events.length; from += MOST_EVENTS) {
        await tell(events.slice(from, from + MOST_EVENTS), CALL_MS)
      }
    },

    /** Best effort: with luck the caller's next read of the history has these events, however late the stream is. */
    async nudge(events: readonly RoomEvent[], requestId: string): Promise<void> {
      if (events.length === 0) return
      try {
        await tell(events, NUDGE_MS, requestId)
      } catch (error) {
        log.debug({ reason: String(error), request_id: requestId }, 'messages_api.not_nudged')
      }
    },

    /** The cards of these rooms, or a page of all by room id. Throws DependencyAway. */
    async cards(body: z.input<typeof cardsBody>): Promise<Card[]> {
      const call = { deadlineMs: CALL_MS, schema: cardsAnswer }
      return (await client.post('/internal/messages/cards/', body, call)).cards
    },
  }
}
