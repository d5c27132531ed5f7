import { missedBody as body } from '@farmgate/contracts/internal-messages.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { missedAfter } from '../../changes.ts'
import type { Held } from '../../held.ts'
import { revOf } from '../../history.ts'

/** POST /internal/messages/missed/ — what changed above a rev, each message once, for a client that comes back. */
export function listMissed(app: App, held: Held) {
  app.post('/internal/messages/missed/', { schema: { body } }, async (request) => {
    const { room_id, after_rev, since_rev = after_rev, limit } = request.body
    // Read before the changes: they may go beyond it, and never stay behind it.
    const rev = await held.db.run((sql) => revOf(sql, room_id))
    const changes = await held.db.run((sql) =>
      missedAfter(sql, held.images.urls.sign, room_id, after_rev, since_rev, limit),
    )
    return { changes, rev, has_more: changes.length === limit }
  })
}
