import { inboxBody } from '@farmgate/contracts/internal-rooms.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { totalUnread } from '../../card-frames.ts'

/** POST /internal/rooms/inbox/ — what a new inbox socket is welcomed with. */
export function readInbox(app: App, db: Database): void {
  app.post('/internal/rooms/inbox/', { schema: { body: inboxBody } }, async ({ body }) => {
    const [row] = await db.run((sql) => sql<{ total: number }[]>`select ${totalUnread(sql, body.user_id)} as total`)
    return { total_unread: row?.total ?? 0 }
  })
}
