import type { Card } from '@farmgate/contracts/message-events.ts'
import type { RoomEvent } from '@farmgate/contracts/room-events.ts'
import type { CheckoutBody, Room } from '@farmgate/contracts/rooms.ts'
import { type Database, openDatabase } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { createLog } from '@farmgate/service-kit/log.ts'
import { createMetrics } from '@farmgate/service-kit/metrics.ts'
import { HTTP_LIMITS, openRateLimits } from '@farmgate/service-kit/rate-limits.ts'
import { openRedis } from '@farmgate/streams/redis.ts'
import { testDatabase } from '@farmgate/testing/postgres.ts'
import { testRedis } from '@farmgate/testing/redis.ts'
import { serviceToken, TEST_INTERNAL_TOKEN, TEST_SECRET, token } from '@farmgate/testing/tokens.ts'
import postgres from 'postgres'
import type { Announcer } from './announcer.ts'
import { createRoomsApi } from './app.ts'
import { startMessagesPeer } from './messages-peer.fixture.ts'
import type { Told } from './record-change.ts'
import { openOrm } from './schema.ts'

type Call = { body?: unknown; headers?: Record<string, string> }
export type Rig = Awaited<ReturnType<typeof openRig>>

/** Who calls: a user id, or the marketplace. */
export const MARKETPLACE = Symbol('role: service')
type Caller = string | typeof MARKETPLACE

/**
 * rooms-api on a database and a Redis of its own, with a peer in the place of messages-api. What is announced is kept in
 * `told`. `instances` apps share the database, each with its own pool.
 */
export async function openRig({ instances = 1, imageHosts = [] }: { instances?: number; imageHosts?: string[] } = {}) {
  const database = await testDatabase('rooms-api')
  const server = await testRedis()
  const log = createLog('rooms-api', 'silent')
  const redis = openRedis(server.url, { log, name: 'rooms-api' })
  const secrets = { JWT_SECRET: TEST_SECRET, INTERNAL_TOKEN: TEST_INTERNAL_TOKEN }
  const limits = openRateLimits({ redis, enabled: false, log, limits: HTTP_LIMITS })
  const peer = await startMessagesPeer()
  const told: Told[] = []
  let teller: Announcer | undefined
  const announcer: Announcer = {
    tell(change) {
      if (change.rows.length > 0) told.push(change)
      teller?.tell(change)
    },
    close: async () => undefined,
  }
  const config = { ...secrets, TRUSTED_PROXIES: 'loopback', ALLOWED_ORIGINS: [], IMAGE_URL_HOSTS: imageHosts }

  const openInstance = async () => {
    const db = openDatabase(database.url, { name: 'rooms-api', log, max: POOL })
    const metrics = createMetrics('rooms-api')
    const orm = openOrm(db)
    const holds = { config, log, metrics, limits, db, orm, redis, announcer, messagesApi: peer.api }
    return { db, orm, app: await createRoomsApi(holds) }
  }
  const opened = await Promise.all(Array.from({ length: instances }, openInstance))
  if (instances > 1) await Promise.all(opened.map(({ db }) => openEveryConnection(db)))
  const [first] = opened
  if (!first) throw new Error('a rig has at least one instance')

  const as = (caller: Caller, app: App = first.app) => callerOf(app, bearerOf(caller))
  return {
    log,
    redis,
    server,
    peer,
    told,
    db: first.db,
    orm: first.orm,
    app: first.app,
    as,
    apps: opened.map(({ app }) => app),

    /** Whoever this token says. */
    bearing: (bearer: string) => callerOf(first.app, bearer),

    /** A call of another service of ours. */
    internal: async (path: string, body: unknown) => {
      const headers = { authorization: `Bearer ${TEST_INTERNAL_TOKEN}`, 'content-type': 'application/json' }
      const answer = await first.app.inject({
        method: 'POST',
        url: path,
        headers,
        payload: JSON.stringify(body),
      })
      return { status: answer.statusCode, body: answer.json() }
    },
    /** Tells the catalog of a farmer's product. */
    async product(product_id: string, facts: Record<string, unknown> = {}) {
      const body = { farmer_id: 'f-1', name: 'Tomatoes', unit: 'kg', ...facts }
      await as(MARKETPLACE).put(`/catalog/products/${product_id}/`, { body })
    },
    /** A room, opened by its customer. */
    async room(wish: Partial<CheckoutBody> = {}): Promise<Room> {
      const body = checkout(wish)
      return (await as(body.customer_id).post('/chat/rooms/', { body })).body
    },
    events: (roomId: string): Promise<RoomEvent[]> =>
      first.db.run(async (sql) => {
        const rows = await sql<{ payload: RoomEvent }[]>`
          select payload from rooms.room_events where room_id = ${roomId} order by event_no`
        return rows.map(({ payload }) => payload)
      }),
    /** From now on what is announced is really told, too. */
    tellBy(real: Announcer) {
      teller = real
    },
    /** What autovacuum does in its own time. */
    async analyze() {
      const admin = postgres(database.adminUrl, { max: 1 })
      await admin`analyze`.finally(() => admin.end())
    },
    async close() {
      for (const { app } of opened) await app.close()
      for (const { db } of opened) await db.close()
      for (const part of [peer, limits, redis, server, database]) await part.close()
    },
  }
}

export const checkout = (wish: Partial<CheckoutBody> = {}): CheckoutBody => ({
  customer_id: 'c-1',
  farmer_id: 'f-1',
  product_id: 'p-1',
  quantity: 2.5,
  is_post_checkout: true,
  ...wish,
})

/** The card that messages-api would send of this room, which has just been ordered in. */
export function cardOf(room: Room, card: Partial<Card> = {}): Card {
  return {
    room_id: room.room_id,
    card_rev: 2,
    event_no: 2,
    last_seq: 1,
    customer_unread: 0,
    farmer_unread: 1,
    customer_seq: 1,
    farmer_seq: 0,
    order_seq: 1,
    last_message: room.last_message,
    ...card,
  }
}

const POOL = 10

/** Connections open on demand and slowly: requests that race must not find one of them open, and queue behind it. */
const openEveryConnection = (db: Database) =>
  Promise.all(Array.from({ length: POOL }, () => db.run((sql) => sql`select pg_sleep(0.2)`)))

const bearerOf = (caller: Caller) => (caller === MARKETPLACE ? serviceToken() : token(caller))

function callerOf(app: App, bearer: string) {
  const call =
    (method: 'GET' | 'POST' | 'PUT' | 'PATCH') =>
    async (url: string, { body, headers }: Call = {}) => {
      const answer = await app.inject({
        method,
        url,
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      return { status: answer.statusCode, headers: answer.headers, text: answer.payload, body: answer.json() }
    }
  return { get: call('GET'), post: call('POST'), put: call('PUT'), patch: call('PATCH') }
}
