import { sendBatch as body } from '@farmgate/contracts/internal-messages.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { append } from '../../append.ts'
import type { Held } from '../../held.ts'
import { toSendResult } from '../../to-result.ts'

/**
 * POST /internal/messages/send/ — a lane's sends, stored together, answered one by one in their order: as sends-line.ts, for
 * gateways that know no line.
 */
export function sendBatch(app: App, held: Held) {
  app.post('/internal/messages/send/', { schema: { body }, bodyLimit: BATCH_BYTES }, async (request) => ({
    results: (await append(held, request.body.sends, request.id)).map(toSendResult),
  }))
}

/** 1,000 sends of 4,000 characters, at their widest in JSON. */
export const BATCH_BYTES = 32 * 1024 * 1024
