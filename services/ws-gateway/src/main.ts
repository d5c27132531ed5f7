import { SENDS_LINE } from '@farmgate/contracts/internal-messages.ts'
import { createApp } from '@farmgate/service-kit/app.ts'
import { openAuth } from '@farmgate/service-kit/auth.ts'
import { configOrExit } from '@farmgate/service-kit/config.ts'
import { answerHealth } from '@farmgate/service-kit/health.ts'
import { internalClient } from '@farmgate/service-kit/internal-client.ts'
import { openLines } from '@farmgate/service-kit/line-client.ts'
import { createLog } from '@farmgate/service-kit/log.ts'
import { createMetrics } from '@farmgate/service-kit/metrics.ts'
import { openRateLimits } from '@farmgate/service-kit/rate-limits.ts'
import { serve } from '@farmgate/service-kit/serve.ts'
import { openTrace } from '@farmgate/service-kit/trace.ts'
import { startPulse } from '@farmgate/streams/pulse.ts'
import { openRedis } from '@farmgate/streams/redis.ts'
import { shape } from './config.ts'
import { SOCKET_LIMITS } from './handshake.ts'
import { hold } from './held.ts'
import { LANE_CONNECTIONS } from './lanes/lanes.ts'
import { gatewayMetrics } from './metrics.ts'
import { answer } from './routes.ts'
import { hear } from './tails.ts'

const config = configOrExit(shape, process.env)
const log = createLog('ws-gateway', config.LOG_LEVEL)
const metrics = createMetrics('ws-gateway')
const trace = await openTrace('ws-gateway', config)

// What it holds: nothing that lasts
const redis = openRedis(config.REDIS_URL, { log, name: 'ws-gateway' })
const pulse = startPulse({ redis, log })
const token = config.INTERNAL_TOKEN
const limits = openRateLimits({ redis, enabled: config.RATE_LIMITS === 'on', log, limits: SOCKET_LIMITS })
const toMessages = { name: 'messages-api', baseUrl: config.MESSAGES_API_URL, token, trace }
const messagesApi = internalClient(toMessages)
const commandsApi = internalClient({ ...toMessages, connections: LANE_CONNECTIONS })
const sendsLines = openLines({ name: 'messages-api', baseUrl: config.MESSAGES_API_URL, path: SENDS_LINE, token })
const roomsApi = internalClient({ name: 'rooms-api', baseUrl: config.ROOMS_API_URL, token })
const apis = { messagesApi, commandsApi, sendsLines, roomsApi }
const held = hold({ config, log, trace, metrics: gatewayMetrics(metrics), redis, pulse, limits, ...apis })

// What it hears
const tail = hear(held)

// What it answers
const app = await createApp({ log, config, metrics })
await answer(app, await openAuth(app, config), held)
answerHealth(app, {
  'messages-api': { check: () => messagesApi.get('/healthz', { deadlineMs: 1_000 }) },
  'rooms-api': { check: () => roomsApi.get('/healthz', { deadlineMs: 1_000 }), required: false },
  redis: { check: () => redis.ping(), required: false },
})

await serve(app, {
  host: config.HOST,
  port: config.WS_GATEWAY_PORT,
  reusePort: config.REUSE_PORT,
  log,
  closing: [tail, held, pulse, limits, redis, messagesApi, commandsApi, sendsLines, roomsApi, metrics, trace],
})
