import type { Database } from '@farmgate/postgres/database.ts'
import { type App, createApp } from '@farmgate/service-kit/app.ts'
import type { AuthConfig } from '@farmgate/service-kit/config.ts'
import { answerHealth } from '@farmgate/service-kit/health.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { Metrics } from '@farmgate/service-kit/metrics.ts'
import type { RateLimits } from '@farmgate/service-kit/rate-limits.ts'
import type { Trace } from '@farmgate/service-kit/trace.ts'
import type { Redis } from '@farmgate/streams/redis.ts'
import type { Announcer } from './announcer.ts'
import type { Config } from './config.ts'
import type { MessagesApi } from './messages-api.ts'
import { rememberNames } from './remember-names.ts'
import { changeOrderStatus } from './routes/change-order-status.ts'
import { applyCards } from './routes/internal/apply-cards.ts'
import { listEventNumbers } from './routes/internal/list-event-numbers.ts'
import { listInboxChanges } from './routes/internal/list-inbox-changes.ts'
import { readInbox } from './routes/internal/read-inbox.ts'
import { readStory } from './routes/internal/read-story.ts'
import { rebuildCards } from './routes/internal/rebuild-cards.ts'
import { listRooms } from './routes/list-rooms.ts'
import { openRoom } from './routes/open-room.ts'
import { putCatalogProduct } from './routes/put-catalog-product.ts'
import { putCatalogUser } from './routes/put-catalog-user.ts'
import { readCatalogProduct } from './routes/read-catalog-product.ts'
import { readCatalogUser } from './routes/read-catalog-user.ts'
import { readRoom } from './routes/read-room.ts'
import type { Orm } from './schema.ts'

export type Holds = {
  config: Pick<Config, 'TRUSTED_PROXIES' | 'ALLOWED_ORIGINS' | 'IMAGE_URL_HOSTS'> & AuthConfig
  log: Log
  metrics: Metrics
  trace?: Trace
  limits: RateLimits
  db: Database
  orm: Orm
  redis: Redis
  announcer: Announcer
  messagesApi: MessagesApi
}

const openapi = {
  title: 'Farmgate rooms',
  description: 'Rooms, orders and their status, the chat list, and the catalog they refer to.',
  tags: [
    { name: 'rooms', description: 'The rooms of the caller, as customer or as farmer' },
    { name: 'catalog', description: 'For the marketplace (`role: service`) only' },
  ],
}

/** Everything that rooms-api answers. */
export async function createRoomsApi(holds: Holds): Promise<App> {
  const { config, log, metrics, trace, limits, db, orm, redis, announcer, messagesApi } = holds
  const app = await createApp({ log, config, metrics, ...(trace && { trace }), auth: config, limits, openapi })
  rememberNames(app, db, orm)

  openRoom(app, { db, announcer, messagesApi, imageHosts: config.IMAGE_URL_HOSTS })
  listRooms(app, { db, announcer, messagesApi })
  readRoom(app, { db, announcer, messagesApi })
  changeOrderStatus(app, { db, announcer, messagesApi })

  putCatalogUser(app, db, orm)
  readCatalogUser(app, db, orm)
  putCatalogProduct(app, db, orm)
  readCatalogProduct(app, db, orm)

  readStory(app, db, orm)
  listEventNumbers(app, db, orm)
  readInbox(app, db)
  listInboxChanges(app, db)
  applyCards(app, db, announcer)
  rebuildCards(app, { db, announcer, messagesApi })

  // Without Redis everything is answered as ever; only what is told live is late.
  answerHealth(app, { postgres: { check: db.check }, redis: { check: () => redis.ping(), required: false } })
  return app
}
