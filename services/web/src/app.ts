import { createApp } from '@farmgate/service-kit/app.ts'
import type { Arrival } from '@farmgate/service-kit/arrival.ts'
import { answerHealth } from '@farmgate/service-kit/health.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { Config } from './config.ts'
import { openDocuments } from './documents.ts'
import { forwardTo } from './forward.ts'
import { answerDocuments } from './routes/read-document.ts'
import { answerReference } from './routes/read-reference.ts'

/** The one origin: three services behind, and beside them its own health, their documents, and the reference at /. */
export async function createOrigin(config: Config, log: Log, arrival?: Arrival) {
  const targets = {
    'rooms-api': config.ROOMS_API_URL,
    'messages-api': config.MESSAGES_API_URL,
    'ws-gateway': config.WS_GATEWAY_URL,
  }
  const documents = openDocuments(targets)
  const app = await createApp({ log, config, ...(arrival && { arrival }) })
  answerHealth(app, {
    'rooms-api': { check: () => documents.checkReady('rooms-api') },
    'messages-api': { check: () => documents.checkReady('messages-api') },
    'ws-gateway': { check: () => documents.checkReady('ws-gateway') },
  })
  answerDocuments(app, documents)
  answerReference(app, documents)
  forwardTo(app, { log, targets, trustedProxies: config.TRUSTED_PROXIES })
  return app
}
