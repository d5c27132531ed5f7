import { cardsAnswer } from '@farmgate/contracts/internal-messages.ts'
import { type Room, room, roomPage } from '@farmgate/contracts/rooms.ts'
import { createLog } from '@farmgate/service-kit/log.ts'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { field } from '@farmgate/streams/entries.ts'
import { openRedis } from '@farmgate/streams/redis.ts'
import { streamKeys } from '@farmgate/streams/shards.ts'
import { serviceToken, TEST_INTERNAL_TOKEN, token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkout } from './rig.fixture.ts'

/* rooms-api beside the real messages-api: what ours predicts, theirs must say. */

let stack: Stack
let sql: Sql
beforeAll(async () => {
  stack = await startStack({ instances: { 'rooms-api': 2 } })
  sql = postgres(stack.databaseUrl, { max: 1 })
  await call('PUT', '/catalog/products/p-1/', serviceToken(), { farmer_id: 'f-1', name: 'Tomatoes', unit: 'kg' })
})
afterAll(async () => {
  await sql.end()
  await stack.close()
})

const call = async (method: string, url: string, bearer: string, body?: object) => {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }
  const answer = await fetch(stack.url + url, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  const given: unknown = await answer.json()
  return { status: answer.status, body: given }
}
const open = (customer_id: string, wish = {}) =>
  call('POST', '/chat/rooms/', token(customer_id), checkout({ customer_id, ...wish }))
const read = async ({ room_id, customer_id }: Room): Promise<Room> =>
  room.parse((await call('GET', `/chat/rooms/${room_id}/`, token(customer_id))).body)
/** What messages-api says of a room, once it has heard of it up to `eventNo`. */
const cardOf = ({ room_id }: Room, eventNo: number) =>
  until(async () => {
    const answer = await fetch(`${stack.urls['messages-api']}/internal/messages/cards/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TEST_INTERNAL_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ room_ids: [room_id] }),
    })
    const [card] = cardsAnswer.parse(await answer.json()).cards
    return card && card.event_no >= eventNo ? card : undefined
  })
const cardRev = async ({ room_id }: Room) => {
  const [row] = await sql<{ card_rev: number }[]>`
    select card_rev::int as card_rev from rooms.rooms where room_id = ${room_id}`
  return row?.card_rev
}

test('what a checkout and a step predict is what messages-api then says', async () => {
  const opened = room.parse((await open('c-predicted', { product_image_url: 'https://img.example/p.jpg' })).body)
  const { last_seq, last_message } = opened
  const said = { card_rev: 2, last_seq, last_message, farmer_unread: 1, customer_unread: 0 }
  expect(await cardOf(opened, 2)).toMatchObject(said)
  expect(await cardRev(opened)).toBe(2)
  expect(await read(opened)).toEqual(opened)
  const url = `/chat/rooms/${opened.room_id}/`
  const moved = room.parse((await call('PATCH', url, token('f-1'), { order_status: 'active' })).body)
  const { card_rev } = await cardOf(opened, 3)
  await until(async () => (await cardRev(opened)) === card_rev)
  expect(room.parse((await call('GET', url, token('f-1'))).body)).toEqual(moved)
})

test('a room that was only asked in is predicted, too', async () => {
  const opened = room.parse((await open('c-asked', { is_post_checkout: false })).body)
  expect(await cardOf(opened, 1)).toMatchObject({ card_rev: 1, last_seq: 0, last_message: null, farmer_unread: 0 })
  expect(await cardRev(opened)).toBe(1)
})

test("a request's id stands in what it causes on every stream: rooms, messages, inbox", async () => {
  const redis = openRedis(stack.redis.url, { log: createLog('test', 'silent'), name: 'test' })
  await until(() => redis.status === 'ready')
  const entriesOf = async (stream: string, requestId: string) => {
    const shards = await Promise.all(streamKeys(stream).map((key) => redis.xrange(key, '-', '+')))
    const named = (fields: string[]) => field(fields, 'request_id') ?? field(fields, 'request_ids') ?? ''
    return shards.flat().filter(([, fields]) => named(fields).split(' ').includes(requestId)).length
  }
  const headers = { authorization: `Bearer ${token('c-followed')}`, 'content-type': 'application/json' }
  const body = JSON.stringify(checkout({ customer_id: 'c-followed' }))
  const ask = { method: 'POST', headers: { ...headers, 'x-request-id': 'followed-1' }, body }
  expect((await fetch(`${stack.url}/chat/rooms/`, ask)).status).toBe(201)
  await until(async () => {
    const said = await Promise.all(['rooms', 'messages', 'inbox'].map((stream) => entriesOf(stream, 'followed-1')))
    return said.every((entries) => entries > 0)
  })
  await redis.close()
})

test('a rebuild heals whatever stands in a card', async () => {
  const opened = room.parse((await open('c-corrupt')).body)
  await cardOf(opened, 2)
  const good = await read(opened)
  await sql`
    update rooms.rooms set farmer_unread = 99, customer_unread = 98, last_seq = 97, last_message = null, card_rev = 1000000
    where room_id = ${opened.room_id}`
  const answer = await fetch(`${stack.urls['rooms-api']}/internal/cards/rebuild/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TEST_INTERNAL_TOKEN}`, 'content-type': 'application/json' },
    body: '{}',
  })
  expect(answer.status).toBe(200)
  expect(await read(opened)).toEqual(good)
})

test('kill -9 during checkouts: asked again, each customer has one room, one order, one first message', async () => {
  const [victim] = stack.services['rooms-api']
  if (!victim) throw new Error('there is no rooms-api')
  const customers = Array.from({ length: 60 }, (_, n) => `c-crash-${n}`)
  const untilThere = async (customer: string) => {
    await until(async () => [200, 201].includes((await open(customer)).status), { within: 15_000 })
  }
  const all = customers.map(untilThere)
  victim.kill('SIGKILL')
  await Promise.all(all)
  await stack.revive(victim)
  for (const customer of customers) {
    const page = roomPage.parse((await call('GET', '/chat/rooms/', token(customer))).body)
    expect(page.results).toMatchObject([{ order_status: 'new', last_seq: 1 }])
  }
  await until(
    async () => {
      const [row] = await sql<{ n: number }[]>`
      select count(*)::int as n from messages.messages m join rooms.rooms r using (room_id)
      where r.customer_id like 'c-crash-%'`
      return row?.n === customers.length
    },
    { within: 10_000 },
  )
})
