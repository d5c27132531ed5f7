import { inboxChangesBody } from '@farmgate/contracts/internal-rooms.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { changedCardFrames } from '../../card-frames.ts'

/** The ids of all users that a gateway has on its inbox sockets. */
const BATCH_BYTES = 1024 * 1024

/** POST /internal/rooms/inbox-changes/ — a page of the cards of these users that changed since, as ready frames. */
export function listInboxChanges(app: App, db: Database): void {
  app.post(
    '/internal/rooms/inbox-changes/',
    { schema: { body: inboxChangesBody }, bodyLimit: BATCH_BYTES },
    async ({ body }) => db.run((sql) => changedCardFrames(sql, body)),
  )
}
