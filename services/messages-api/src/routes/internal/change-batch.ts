import { changeBatch as body, type ChangeBatch, type CommandResult } from '@farmgate/contracts/internal-messages.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { deleteMessage, editMessage } from '../../change-message.ts'
import type { Held } from '../../held.ts'
import { toRefused } from '../../to-result.ts'
import { until } from '../../until.ts'

/** POST /internal/messages/change/ — edits and deletes from sockets, done one after another in their order. */
export function changeBatch(app: App, held: Held) {
  app.post('/internal/messages/change/', { schema: { body }, bodyLimit: BATCH_BYTES }, async (request) => {
    const inTime = until(BATCH_MS)
    const results: CommandResult[] = []
    for (const command of request.body.changes) {
      results.push(inTime() ? await change(held, command, request.id) : TOO_LATE)
    }
    return { results }
  })
}

/**
 * The gateway has given up by then and said so: an edit that has not begun is not begun any more, or it would overwrite
 * what its sender has written since.
 */
const BATCH_MS = 3_500
const TOO_LATE: CommandResult = { outcome: 'refused', code: 'unavailable' }

/** 100 edits of 4,000 characters, at their widest in JSON. */
const BATCH_BYTES = 4 * 1024 * 1024

async function change(held: Held, command: ChangeBatch['changes'][number], requestId: string): Promise<CommandResult> {
  try {
    const done = await (command.op === 'edit'
      ? editMessage(held, command, requestId)
      : deleteMessage(held, command, requestId))
    return { outcome: done.changed ? 'changed' : 'unchanged', rev: done.row.rev, frame: done.frame }
  } catch (error) {
    return toRefused(error)
  }
}
