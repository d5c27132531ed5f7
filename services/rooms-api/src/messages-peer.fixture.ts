import { cardsBody, roomEventsBody } from '@farmgate/contracts/internal-messages.ts'
import type { Card } from '@farmgate/contracts/message-events.ts'
import type { HeardEvent } from '@farmgate/contracts/room-events.ts'
import { createApp } from '@farmgate/service-kit/app.ts'
import { internalClient } from '@farmgate/service-kit/internal-client.ts'
import { createLog } from '@farmgate/service-kit/log.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { TEST_INTERNAL_TOKEN, TEST_SECRET } from '@farmgate/testing/tokens.ts'
import { openMessagesApi } from './messages-api.ts'

/** messages-api as far as rooms-api knows it: it hears events and answers the cards that a test has put into it. */
export async function startMessagesPeer() {
  const log = createLog('messages-peer', 'silent')
  const auth = { JWT_SECRET: TEST_SECRET, INTERNAL_TOKEN: TEST_INTERNAL_TOKEN }
  const app = await createApp({ log, config: { TRUSTED_PROXIES: 'loopback', ALLOWED_ORIGINS: [] }, auth })
  const heard: HeardEvent[] = []
  const cards = new Map<string, Card>()
  let refusals = 0
  let page = Number.POSITIVE_INFINITY
  app.post('/internal/messages/room-events/', { schema: { body: roomEventsBody } }, async ({ body }) => {
    heard.push(...body.events)
    return {}
  })
  app.post('/internal/messages/cards/', { schema: { body: cardsBody } }, async ({ body }) => {
    if (refusals-- > 0) throw new Refusal('unavailable')
    const { room_ids, after = '', limit } = body
    const all = [...cards.values()].toSorted((a, b) => (a.room_id < b.room_id ? -1 : 1))
    if (room_ids) return { cards: all.filter(({ room_id }) => room_ids.includes(room_id)) }
    return { cards: all.filter(({ room_id }) => room_id > after).slice(0, Math.min(limit, page)) }
  })
  const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 })
  const client = internalClient({ name: 'messages-api', baseUrl, token: TEST_INTERNAL_TOKEN })
  return {
    heard,
    cards,
    api: openMessagesApi(client, log),
    /** The next `times` questions for cards are refused with 503. */
    refuse(times: number) {
      refusals = times
    },
    /** Whatever the limit asked for, a page has no more cards than this. */
    pageAtMost(most: number) {
      page = most
    },
    async close() {
      await client.close()
      await app.close()
    },
  }
}
