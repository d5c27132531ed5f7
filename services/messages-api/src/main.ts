import { FRAMES_STREAM, MESSAGES_STREAM } from '@farmgate/contracts/message-events.ts'
import { startOutbox } from '@farmgate/outbox/outbox.ts'
import { openDatabase } from '@farmgate/postgres/database.ts'
import { createApp } from '@farmgate/service-kit/app.ts'
import { configOrExit } from '@farmgate/service-kit/config.ts'
import { answerHealth } from '@farmgate/service-kit/health.ts'
import { internalClient } from '@farmgate/service-kit/internal-client.ts'
import { createLog } from '@farmgate/service-kit/log.ts'
import { createMetrics } from '@farmgate/service-kit/metrics.ts'
import { HTTP_LIMITS, openRateLimits } from '@farmgate/service-kit/rate-limits.ts'
import { serve } from '@farmgate/service-kit/serve.ts'
import { openTrace } from '@farmgate/service-kit/trace.ts'
import { startConsumer } from '@farmgate/streams/consume.ts'
import { startPulse } from '@farmgate/streams/pulse.ts'
import { openRedis } from '@farmgate/streams/redis.ts'
import { startTrimmer } from '@farmgate/streams/trim.ts'
import { sayChanges } from './announce.ts'
import { shapeFor } from './config.ts'
import { hearRooms } from './consumers/room-events.ts'
import { openImages } from './images/open-images.ts'
import { openImageStore } from './images/open-store.ts'
import { rememberKeptRooms } from './kept-rooms.ts'
import { rememberParties } from './known-parties.ts'
import { measure, measureAppends } from './metrics.ts'
import { startReconciler } from './reconcile.ts'
import { answer } from './routes.ts'
import { startCardTeller } from './tell-cards.ts'

/**
 * Rooms are heard of twenty times a second at most, many at once: until then a reader who comes for one has it asked of
 * rooms-api (`knownRoom`).
 */
const ROOMS_REST_MS = 50
const config = configOrExit(shapeFor(process.env), process.env)
const log = createLog('messages-api', config.LOG_LEVEL)
const metrics = createMetrics('messages-api')
const trace = await openTrace('messages-api', config)

// What it holds
const db = openDatabase(config.DATABASE_URL, {
  name: 'messages-api',
  log,
  max: config.DATABASE_POOL,
  keepPlans: true,
  trace,
})
const redis = openRedis(config.REDIS_URL, { log, name: 'messages-api' })
const pulse = startPulse({ redis, log })
const rooms = internalClient({ name: 'rooms-api', baseUrl: config.ROOMS_API_URL, token: config.INTERNAL_TOKEN, trace })
const images = openImages({ db, store: openImageStore(config), urlSecret: config.INTERNAL_TOKEN, log })
const limits = openRateLimits({ redis, enabled: config.RATE_LIMITS === 'on', log, limits: HTTP_LIMITS })

// What it says
const outbox = startOutbox({ ...sayChanges(db, rooms, images.urls.sign), redis, pulse, log })
const cards = startCardTeller(outbox)
const trimmer = startTrimmer({ redis, log, streams: [MESSAGES_STREAM, FRAMES_STREAM] })

// What it hears
const appended = measureAppends(metrics)
const remembered = { keptRooms: rememberKeptRooms(), parties: rememberParties() }
const held = { log, trace, db, outbox, cards, rooms, images, ...remembered, appended }
const reconciler = startReconciler(held)
const consumer = startConsumer({
  ...hearRooms(held),
  restMs: ROOMS_REST_MS,
  onLoss: reconciler.soon,
  redis,
  pulse,
  log,
})
// What was lost before we came is not told to us.
reconciler.soon()

// What it answers
const app = await createApp({
  log,
  config,
  auth: config,
  limits,
  metrics,
  trace,
  openapi: {
    title: 'Farmgate messages-api',
    description: 'The history of every room: messages, their images, and read markers.',
  },
})
answerHealth(app, {
  postgres: { check: db.check },
  redis: { check: () => redis.ping(), required: false },
  images: { check: images.store.check, required: false },
})
answer(app, held)
measure(metrics, { outbox, consumer, db, pulse })

await serve(app, {
  host: config.HOST,
  port: config.MESSAGES_API_PORT,
  reusePort: config.REUSE_PORT,
  log,
  closing: [consumer, reconciler, trimmer, cards, outbox, pulse, rooms, images, limits, redis, db, metrics, trace],
})
