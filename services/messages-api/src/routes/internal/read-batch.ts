import { readBatch as body, type ReadResult } from '@farmgate/contracts/internal-messages.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import type { Held } from '../../held.ts'
import { markRead } from '../../read-markers.ts'
import { toRefused } from '../../to-result.ts'

/** POST /internal/messages/read/ — read markers from sockets, moved together, answered in their order. */
export function readBatch(app: App, held: Held) {
  app.post('/internal/messages/read/', { schema: { body }, bodyLimit: BATCH_BYTES }, async (request) => {
    const marked = await markRead(held, request.body.reads, request.id)
    const results = marked.map((it): ReadResult => (it.outcome === 'refused' ? toRefused(it.refusal) : it))
    return { results }
  })
}

/** 1,000 reads of two ids and a number. */
const BATCH_BYTES = 256 * 1024
