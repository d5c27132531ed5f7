import { createApp } from '@farmgate/service-kit/app.ts'
import type { Arrival } from '@farmgate/service-kit/arrival.ts'
import { answerHealth } from '@farmgate/service-kit/health.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { Config, DemoConfig } from './config.ts'
import { openDocuments } from './documents.ts'
import { forwardTo } from './forward.ts'
import { pageHeaders } from './page-headers.ts'
import { issueDemoToken } from './routes/issue-demo-token.ts'
import { readDemoMarket } from './routes/read-demo-market.ts'
import { answerDocuments } from './routes/read-document.ts'
import { answerReference } from './routes/read-reference.ts'
import { showApp } from './routes/show-app.ts'

type Options = {
  config: Config
  log: Log
  /** Without it there is no demo: no market, no people, no login. */
  demo?: DemoConfig | undefined
  arrival?: Arrival
}

/** The one origin: three services behind; in front the app, the reference, and outside production the demo. */
export async function createOrigin({ config, log, demo, arrival }: Options) {
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
  if (demo) {
    await readDemoMarket(app)
    issueDemoToken(app, demo)
  }
  await showApp(app, {
    headers: pageHeaders({ sessionUrl: config.SESSION_URL, isProduction: config.NODE_ENV === 'production' }),
    session: demo ? 'demo' : (config.SESSION_URL ?? ''),
  })
  forwardTo(app, { log, targets, trustedProxies: config.TRUSTED_PROXIES })
  return app
}
