import { INBOX_STREAM } from '@farmgate/contracts/inbox-events.ts'
import { MESSAGES_STREAM } from '@farmgate/contracts/message-events.ts'
import { ROOMS_STREAM } from '@farmgate/contracts/room-events.ts'
import { startOutbox } from '@farmgate/outbox/outbox.ts'
import { openDatabase } from '@farmgate/postgres/database.ts'
import { configOrExit } from '@farmgate/service-kit/config.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
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
import { entriesOf, handOver, startAnnouncer } from './announcer.ts'
import { createRoomsApi } from './app.ts'
import { shape } from './config.ts'
import { decodeMessageEvent, messageEvents } from './consumers/message-events.ts'
import { measure } from './measure.ts'
import { openMessagesApi } from './messages-api.ts'
import { startReconciler } from './reconcile.ts'
import { openOrm } from './schema.ts'
import { traceEvents } from './traced-events.ts'

const name = 'rooms-api'
/** A card that changes all the time is written and told ten times a second, not at each of its messages. */
const CARDS_REST_MS = 100
const config = configOrExit(shape, process.env)
const log = createLog(name, config.LOG_LEVEL)
const metrics = createMetrics(name)
const trace = await openTrace(name, config)

// What it holds
const db = openDatabase(config.DATABASE_URL, { name, log, max: config.DATABASE_POOL, trace })
const orm = openOrm(db)
const redis = openRedis(config.REDIS_URL, { log, name })
const pulse = startPulse({ redis, log })
const wire = { redis, pulse, log, isTransient: isDependencyAway }
const limits = openRateLimits({ redis, enabled: config.RATE_LIMITS === 'on', log, limits: HTTP_LIMITS })
const client = internalClient({ name: 'messages-api', baseUrl: config.MESSAGES_API_URL, token: config.INTERNAL_TOKEN })
const messagesApi = openMessagesApi(client, log)

// What it says
const says = { table: 'rooms.outbox', entriesOf: entriesOf(db), whenAway: handOver(db, messagesApi) }
const outbox = startOutbox({ ...wire, ...says, sql: db.sql })
const announcer = startAnnouncer({ db, outbox, log })
const trimmer = startTrimmer({ redis, log, streams: [ROOMS_STREAM, INBOX_STREAM] })

// What it hears
const reconciler = startReconciler({ db, messagesApi, announcer, log })
const hears = {
  stream: MESSAGES_STREAM,
  decode: decodeMessageEvent,
  handle: traceEvents(trace, messageEvents(db, announcer)),
}
const consumer = startConsumer({ ...wire, ...hears, group: name, restMs: CARDS_REST_MS, onLoss: reconciler.soon })
reconciler.soon()

// What it answers
const app = await createRoomsApi({ config, log, metrics, trace, limits, db, orm, redis, announcer, messagesApi })
measure(metrics, { db, outbox, consumer, pulse })
const address = { host: config.HOST, port: config.ROOMS_API_PORT, reusePort: config.REUSE_PORT }
const closing = [consumer, reconciler, announcer, outbox, trimmer, client, limits, pulse, redis, db, metrics, trace]
await serve(app, { ...address, log, closing })
