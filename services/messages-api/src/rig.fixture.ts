import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { applyCardsBody, storyBody } from '@farmgate/contracts/internal-rooms.ts'
import type { Card } from '@farmgate/contracts/message-events.ts'
import type { RoomEvent } from '@farmgate/contracts/room-events.ts'
import { startOutbox } from '@farmgate/outbox/outbox.ts'
import { openDatabase } from '@farmgate/postgres/database.ts'
import { createApp } from '@farmgate/service-kit/app.ts'
import { authFields, processFields, readConfig } from '@farmgate/service-kit/config.ts'
import { internalClient } from '@farmgate/service-kit/internal-client.ts'
import { createLog } from '@farmgate/service-kit/log.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { untraced } from '@farmgate/service-kit/trace.ts'
import { type Consumer, startConsumer } from '@farmgate/streams/consume.ts'
import { startPulse } from '@farmgate/streams/pulse.ts'
import { openRedis } from '@farmgate/streams/redis.ts'
import { testDatabase } from '@farmgate/testing/postgres.ts'
import { type TestRedis, testRedis } from '@farmgate/testing/redis.ts'
import { TEST_INTERNAL_TOKEN, TEST_SECRET, token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import postgres from 'postgres'
import { v4 as uuid } from 'uuid'
import { sayChanges } from './announce.ts'
import { hearRooms } from './consumers/room-events.ts'
import type { Held } from './held.ts'
import { openFileStore } from './images/file-store.ts'
import { openImages } from './images/open-images.ts'
import type { ImageStore } from './images/store.ts'
import { rememberKeptRooms } from './kept-rooms.ts'
import { rememberParties } from './known-parties.ts'
import { startReconciler } from './reconcile.ts'
import { answer } from './routes.ts'
import { startCardTeller } from './tell-cards.ts'

/*
 * What the tests of messages-api stand on: any number of its instances on one real Postgres and one real Redis, and a
 * stand-in for rooms-api that speaks the contract and knows the rooms that a test opened.
 */

const config = readConfig(
  { ...processFields, ...authFields },
  {
    JWT_SECRET: TEST_SECRET,
    INTERNAL_TOKEN: TEST_INTERNAL_TOKEN,
    LOG_LEVEL: 'silent',
  },
)
const log = createLog('messages-api', config.LOG_LEVEL)

export type Instance = Held & { url: string; consumer: Consumer; close(): Promise<void> }

type RigOptions = { instances?: number; openStore?: () => ImageStore }

export type Rig = {
  redis: TestRedis
  /** As messages-api connects. */
  databaseUrl: string
  /** As the owner of everything: looks at tables, locks rows. */
  admin: postgres.Sql
  rooms: RoomsPeer
  instances: Instance[]
  close(): Promise<void>
}

/** `openStore` gives each instance its own hand on the same images; a folder of the rig's where it is not given. */
export async function openRig({ instances = 1, openStore }: RigOptions = {}): Promise<Rig> {
  const dir = await mkdtemp(path.join(tmpdir(), 'farmgate-rig-'))
  const [database, redis, rooms] = await Promise.all([testDatabase('messages-api'), testRedis(), openRoomsPeer()])
  const admin = postgres(database.adminUrl, { max: 4, onnotice: () => undefined })
  const parts: Instance[] = []
  for (let i = 0; i < instances; i++)
    parts.push(
      await openInstance(database.url, redis.url, rooms.url, openStore?.() ?? openFileStore(path.join(dir, 'images'))),
    )
  return {
    redis,
    databaseUrl: database.url,
    admin,
    rooms,
    instances: parts,
    async close() {
      for (const part of parts) await part.close()
      await admin.end()
      await Promise.all([rooms.close(), redis.close(), database.close(), rm(dir, { recursive: true })])
    },
  }
}

async function openInstance(
  databaseUrl: string,
  redisUrl: string,
  roomsUrl: string,
  store: ImageStore,
): Promise<Instance> {
  const db = openDatabase(databaseUrl, { name: 'messages-api', log, keepPlans: true })
  const redis = openRedis(redisUrl, { log, name: 'messages-api' })
  const pulse = startPulse({ redis, log, everyMs: 200 })
  await until(() => pulse.state === 'up')
  const rooms = internalClient({ name: 'rooms-api', baseUrl: roomsUrl, token: TEST_INTERNAL_TOKEN })
  const images = openImages({ db, store, urlSecret: TEST_INTERNAL_TOKEN, log })
  const outbox = startOutbox({
    ...sayChanges(db, rooms, images.urls.sign),
    redis,
    pulse,
    log,
    sweepEveryMs: 200,
    minAgeMs: 400,
  })
  const cards = startCardTeller(outbox)
  const held = {
    log,
    trace: untraced,
    db,
    outbox,
    cards,
    rooms,
    images,
    keptRooms: rememberKeptRooms(),
    parties: rememberParties(),
    appended: () => undefined,
  }
  const reconciler = startReconciler(held)
  const consumer = startConsumer({ ...hearRooms(held), onLoss: reconciler.soon, redis, pulse, log, claimIdleMs: 500 })
  const app = await createApp({
    log,
    config,
    auth: config,
    openapi: { title: 'messages-api', description: 'under test' },
  })
  answer(app, held)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const closing = [consumer, reconciler, cards, outbox, pulse, rooms, images, redis, db]
  return {
    ...held,
    consumer,
    url,
    async close() {
      await app.close()
      for (const part of closing) await part.close()
    },
  }
}

export type RoomsPeer = {
  url: string
  /** The story of each room that exists. */
  stories: Map<string, RoomEvent[]>
  /** The cards that were handed over while Redis was away. */
  cards: Card[]
  close(): Promise<void>
}

async function openRoomsPeer(): Promise<RoomsPeer> {
  const app = await createApp({ log, config })
  const peer = { url: '', stories: new Map<string, RoomEvent[]>(), cards: [] as Card[], close: () => app.close() }
  app.post('/internal/rooms/story/', async (request) => {
    const { room_id, after } = storyBody.parse(request.body)
    const story = peer.stories.get(room_id)
    if (!story) throw new Refusal('unknown_room')
    return { events: story.filter((event) => event.event_no > after) }
  })
  app.post('/internal/rooms/event-numbers/', async () => ({
    rooms: [...peer.stories]
      .map(([room_id, story]) => ({ room_id, event_no: story.length }))
      .sort((a, b) => (a.room_id < b.room_id ? -1 : 1)),
  }))
  app.post('/internal/rooms/cards/', async (request, reply) => {
    peer.cards.push(...applyCardsBody.parse(request.body).cards)
    return reply.code(204).send()
  })
  peer.url = await app.listen({ host: '127.0.0.1', port: 0 })
  return peer
}

export const CUSTOMER = 'ada'
export const FARMER = 'bo'

/** A room that rooms-api knows and messages-api has not heard of: asked first, or with its order placed. */
export function anOpenRoom(rooms: RoomsPeer, { ordered = false } = {}): string {
  const room_id = uuid()
  const at = new Date().toISOString()
  const parties = { customer_id: CUSTOMER, farmer_id: FARMER, product_id: 'tomatoes' }
  rooms.stories.set(room_id, [{ type: 'room.opened', room_id, event_no: 1, at, ...parties }])
  if (ordered) placeOrder(rooms, room_id)
  return room_id
}

export const ORDER_BODY = "Hello! I've just purchased 2.5 kg of Tomatoes.\nI'd like to discuss delivery options..."

/** The next event of a room's story; rooms-api knows it, nobody has been told. */
export function placeOrder(rooms: RoomsPeer, room_id: string): RoomEvent {
  return tell(rooms, room_id, {
    type: 'order.placed',
    placed_by: CUSTOMER,
    previous: null,
    message_id: uuid(),
    body: ORDER_BODY,
    images: [],
  })
}

export function changeStatus(rooms: RoomsPeer, room_id: string, from: 'new' | 'active', to: 'active' | 'completed') {
  return tell(rooms, room_id, {
    type: 'order.status_changed',
    changed_by: FARMER,
    from,
    to,
    message_id: uuid(),
    body: `The order is now ${to}.`,
  })
}

type Untold<E> = E extends RoomEvent ? Omit<E, 'room_id' | 'event_no' | 'at'> : never

function tell(rooms: RoomsPeer, room_id: string, fact: Untold<RoomEvent>): RoomEvent {
  const story = rooms.stories.get(room_id) ?? []
  const event = { ...fact, room_id, event_no: story.length + 1, at: new Date().toISOString() } as RoomEvent
  story.push(event)
  rooms.stories.set(room_id, story)
  return event
}

export type Answer = { status: number; body: unknown; headers: Headers }

/** Asks an instance as a user would. */
export async function ask(
  instance: Pick<Instance, 'url'>,
  user: string | null,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  return answerOf(
    await fetch(instance.url + path, {
      method,
      headers: {
        ...(user === null ? {} : { authorization: `Bearer ${user.includes('.') ? user : token(user)}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }),
  )
}

/** Asks an instance as another service would. */
export async function askInternal(instance: Pick<Instance, 'url'>, path: string, body: unknown): Promise<Answer> {
  return answerOf(
    await fetch(instance.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${TEST_INTERNAL_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  )
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers }
}
