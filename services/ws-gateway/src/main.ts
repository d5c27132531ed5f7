import { INBOX_STREAM } from '@farmgate/contracts/inbox-events.ts'
import { MESSAGES_STREAM } from '@farmgate/contracts/message-events.ts'
import { SIGNALS_STREAM } from '@farmgate/contracts/signals.ts'
import { createApp } from '@farmgate/service-kit/app.ts'
import { openAuth } from '@farmgate/service-kit/auth.ts'
import { configOrExit } from '@farmgate/service-kit/config.ts'
import { answerHealth } from '@farmgate/service-kit/health.ts'
import { internalClient } from '@farmgate/service-kit/internal-client.ts'
import { createLog } from '@farmgate/service-kit/log.ts'
import { createMetrics } from '@farmgate/service-kit/metrics.ts'
import { serve } from '@farmgate/service-kit/serve.ts'
import { startPulse } from '@farmgate/streams/pulse.ts'
import { openRedis } from '@farmgate/streams/redis.ts'
import { startClock } from './clock.ts'
import { comparePositions } from './compare.ts'
import { shape } from './config.ts'
import { openConnections } from './connections.ts'
import { inboxFrames } from './frames/inbox-frames.ts'
import { roomFrames } from './frames/room-frames.ts'
import { fillGaps } from './gaps.ts'
import { acceptSockets } from './handshake.ts'
import { Hub } from './hub.ts'
import { fetchInboxChanges, Inboxes } from './inboxes.ts'
import { openLanes } from './lanes/lanes.ts'
import { gatewayMetrics } from './metrics.ts'
import { openPresence } from './presence.ts'
import { describeSockets } from './routes/asyncapi.ts'
import { inboxSocket } from './routes/inbox-socket.ts'
import { roomSocket } from './routes/room-socket.ts'
import { openSignals } from './signals.ts'
import { inboxEntries } from './tails/inbox.ts'
import { messageEntries } from './tails/messages.ts'
import { signalEntries } from './tails/signals.ts'
import { tailStreams } from './tails/tail-streams.ts'
import { openTyping } from './typing.ts'

const config = configOrExit(shape, process.env)
const log = createLog('ws-gateway', config.LOG_LEVEL)
const registry = createMetrics('ws-gateway')
const metrics = gatewayMetrics(registry)
const heartbeatS = config.HEARTBEAT_S

// What it holds: nothing that lasts
const redis = openRedis(config.REDIS_URL, { log, name: 'ws-gateway' })
const pulse = startPulse({ redis, log })
const clock = startClock()
const signals = openSignals({ redis, pulse, log })
const messagesApi = internalClient({
  name: 'messages-api',
  baseUrl: config.MESSAGES_API_URL,
  token: config.INTERNAL_TOKEN,
})
const roomsApi = internalClient({ name: 'rooms-api', baseUrl: config.ROOMS_API_URL, token: config.INTERNAL_TOKEN })
const connections = openConnections({ clock, log, metrics, heartbeatS, rateLimits: config.RATE_LIMITS === 'on' })
const gaps = fillGaps(messagesApi, { log, metrics })
const hub = new Hub(gaps.notice)
metrics.rooms(() => hub.size)
const inboxes = new Inboxes()
const presence = openPresence({ redis, pulse, log, clock, hub, signals })
const typing = openTyping({ clock, signals })
const lanes = openLanes({ messagesApi, hub, log, metrics })

// What it answers
const app = await createApp({ log, config, metrics: registry })
const auth = await openAuth(app, config)
const door = {
  connections,
  auth,
  log,
  config,
  messagesApi,
  roomsApi,
  hub,
  inboxes,
  presence,
  typing,
  metrics,
  heartbeatS,
}
await acceptSockets(app, async () => {
  connections.deafen()
  await lanes.close()
  await connections.close()
})
roomSocket(app, { ...door, roomFrames: roomFrames({ ...lanes, typing, verifyToken: auth.verifyToken }) })
inboxSocket(app, { ...door, inboxFrames: inboxFrames(auth.verifyToken) })
describeSockets(app)
answerHealth(app, {
  'messages-api': { check: () => messagesApi.get('/healthz', { deadlineMs: 1_000 }) },
  'rooms-api': { check: () => roomsApi.get('/healthz', { deadlineMs: 1_000 }), required: false },
  redis: { check: () => redis.ping(), required: false },
})

// What it hears
const comparing = comparePositions({ messagesApi, hub, pulse, clock, log })
const inboxChanges = fetchInboxChanges({ roomsApi, inboxes, pulse, clock, log })
const tail = tailStreams(
  { redis, log, pulse, onLoss: [comparing.now, inboxChanges.now] },
  {
    [MESSAGES_STREAM]: messageEntries(hub, log),
    [INBOX_STREAM]: inboxEntries(inboxes, log),
    [SIGNALS_STREAM]: signalEntries({ hub, presence, typing, gateway: signals.gateway, log }),
  },
)

await serve(app, {
  host: config.HOST,
  port: config.WS_GATEWAY_PORT,
  reusePort: config.REUSE_PORT,
  log,
  closing: [tail, gaps, presence, clock, pulse, redis, messagesApi, roomsApi, registry],
})
