import { replayBody as body } from '@farmgate/contracts/internal-messages.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { changesOf } from '../../changes.ts'
import type { Held } from '../../held.ts'
import { revOf } from '../../history.ts'

/** POST /internal/messages/replay/ — every change above a rev, one by one, for a gate that misses some. */
export function replayChanges(app: App, held: Held) {
  app.post('/internal/messages/replay/', { schema: { body } }, async (request) => {
    const { room_id, after_rev, limit } = request.body
    // Read before the changes: they may go beyond it, and never stay behind it.
    const rev = await held.db.run((sql) => revOf(sql, room_id))
    const revs = { room_id, first: after_rev + 1, last: after_rev + limit }
    const changes = await held.db.run((sql) => changesOf(sql, held.images.urls.sign, [revs]))
    return { changes: changes.map((change) => ({ rev: change.rev, frame: change.frame })), rev }
  })
}
