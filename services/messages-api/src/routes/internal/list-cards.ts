import { cardsBody as body } from '@farmgate/contracts/internal-messages.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { cardsOf, pageOfCards } from '../../cards.ts'
import type { Held } from '../../held.ts'

/** POST /internal/messages/cards/ — cards of these rooms, or of all, a page at a time: what projections are rebuilt from. */
export function listCards(app: App, held: Held) {
  app.post('/internal/messages/cards/', { schema: { body } }, async (request) => {
    const { room_ids, after, limit } = request.body
    return {
      cards: await held.db.run((sql) => (room_ids ? cardsOf(sql, room_ids) : pageOfCards(sql, after, limit))),
    }
  })
}
