import { applyCardsBody } from '@farmgate/contracts/internal-rooms.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import type { Announcer } from '../../announcer.ts'
import { applyCards as apply } from '../../cards.ts'

/** A thousand cards. */
const BATCH_BYTES = 4 * 1024 * 1024

/** POST /internal/rooms/cards/ — cards by hand, while Redis is away. Answers how many of ours were behind. */
export function applyCards(app: App, db: Database, announcer: Announcer): void {
  app.post(
    '/internal/rooms/cards/',
    { schema: { body: applyCardsBody }, bodyLimit: BATCH_BYTES },
    async ({ id, body }) => {
      const cards = body.cards.map((card) => ({ ...card, request_id: id }))
      const rows = await db.run((sql) => apply(sql, cards))
      announcer.tell({ events: [], rows })
      return { changed: rows.length }
    },
  )
}
