import { inboxChangesBody } from '@farmgate/contracts/internal-rooms.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { changedCardFrames } from '../../card-frames.ts'

/** POST /internal/rooms/inbox-changes/ — the cards of these users that changed at or after `since`, as ready frames. */
export function listInboxChanges(app: App, db: Database): void {
  app.post('/internal/rooms/inbox-changes/', { schema: { body: inboxChangesBody } }, async ({ body }) => {
    const frames = await db.run((sql) => changedCardFrames(sql, body.user_ids, body.since))
    return { changes: frames.map(({ user_id, frame }) => ({ user_id, frame })) }
  })
}
