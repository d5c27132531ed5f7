import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { Problem } from '@farmgate/contracts/errors.ts'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { until } from '@farmgate/testing/until.ts'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Market, openMarket } from './market.ts'
import { RoomClient } from './room-client.ts'

// The delivery contract, with two of each service, over the one origin: what is acknowledged is there, once, in one
// order for both parties and the database, whatever falls over meanwhile.

let stack: Stack
let market: Market
let sql: postgres.Sql
beforeAll(async () => {
  stack = await startStack({ instances: { 'rooms-api': 2, 'messages-api': 2, 'ws-gateway': 2 } })
  market = openMarket(stack)
  sql = postgres(stack.databaseUrl, { max: 2, onnotice: () => undefined })
  await market.offer('bo', 'tomatoes')
})
afterAll(async () => {
  await sql.end()
  await stack.close()
})

type Conversation = { room_id: string; customer: RoomClient; farmer: RoomClient }

async function openRooms(count: number, name: string): Promise<Conversation[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const { room_id } = (await market.checkOut(`${name}-${i}`, 'bo', 'tomatoes')).body
      const customer = new RoomClient(stack.wsUrl, room_id, `${name}-${i}`)
      const farmer = new RoomClient(stack.wsUrl, room_id, 'bo')
      await Promise.all([customer.next('welcome'), farmer.next('welcome')])
      return { room_id, customer, farmer }
    }),
  )
}

const both = (rooms: Conversation[]) => rooms.flatMap(({ customer, farmer }) => [customer, farmer])

/** Both parties and the database have the same messages: gapless, once each, all that was sent. */
async function expectAgreement({ room_id, customer, farmer }: Conversation, sent: number) {
  const stored = await sql`
    select message_id, seq, client_message_id from messages.messages where room_id = ${room_id} order by seq`
  expect(stored.map((row) => row.seq)).toEqual(Array.from({ length: sent + 1 }, (_, i) => i + 1))
  expect(new Set(stored.map((row) => row.client_message_id)).size).toBe(sent + 1)
  // The first message was there before they came.
  const ids = stored.slice(1).map((row) => row.message_id)
  for (const client of [customer, farmer]) {
    await until(() => client.messages.size >= sent, { within: 10_000, what: `${sent} messages` })
    expect(client.inOrder.map((message) => message.message_id)).toEqual(ids)
    expect(client.breaches).toEqual([])
  }
}

async function expectRecounted(rooms: string[]) {
  const drifted = () => sql`
    select r.room_id from rooms.rooms r
    join messages.rooms m using (room_id)
    cross join lateral (
      select count(*) filter (where seq > m.customer_seq and sender_id <> m.customer_id) as customer,
        count(*) filter (where seq > m.farmer_seq and sender_id <> m.farmer_id) as farmer
      from messages.messages where room_id = r.room_id and deleted_at is null
    ) recount
    where r.room_id = any(${rooms}::uuid[])
      and (r.customer_unread, r.farmer_unread) <> (recount.customer, recount.farmer)`
  await until(async () => (await drifted()).length === 0, { within: 10_000, what: 'cards equal a recount' })
}

it('200 sends in bursts from 20 rooms, one gateway killed with -9 in the middle: seen once, in order, by all', async () => {
  const rooms = await openRooms(20, 'burst')
  const [victim] = stack.services['ws-gateway']
  const bursts = async (from: number, to: number) => {
    for (let burst = from; burst < to; burst++) {
      rooms.forEach(({ customer, farmer }, i) => {
        const who = (burst + i) % 2 ? customer : farmer
        for (let k = 0; k < 5; k++) who.send(`burst ${burst}, ${k}`)
      })
      await wait(20)
    }
  }
  await bursts(0, 1)
  await victim?.kill('SIGKILL')
  await bursts(1, 2)
  await Promise.all(both(rooms).map((client) => client.settled(15_000)))
  for (const room of rooms) await expectAgreement(room, 10)
  expect(both(rooms).some((client) => client.closes.length > 0)).toBe(true)
  await expectRecounted(rooms.map((room) => room.room_id))
  await Promise.all(both(rooms).map((client) => client.close()))
  if (victim) await stack.revive(victim)
})

it('Redis stopped for 10 s in mid-conversation: sends are acknowledged meanwhile, all have everything after', async () => {
  const rooms = await openRooms(5, 'redis')
  for (const { customer } of rooms) customer.send('before')
  await Promise.all(both(rooms).map((client) => client.settled()))
  stack.redis.pause()
  const until10 = Date.now() + 10_000
  let sent = 1
  while (Date.now() < until10) {
    for (const { customer, farmer } of rooms) (sent % 2 ? customer : farmer).send(`without Redis ${sent}`)
    sent++
    await Promise.all(both(rooms).map((client) => client.settled(5_000)))
    // While it is away, the other party has it within 5 s.
    for (const { customer, farmer } of rooms) {
      for (const client of [customer, farmer])
        await until(() => client.messages.size === sent, { within: 5_000, what: 'live' })
    }
    await wait(500)
  }
  stack.redis.resume()
  for (const room of rooms) await expectAgreement(room, sent)
  await expectRecounted(rooms.map((room) => room.room_id))
  await Promise.all(both(rooms).map((client) => client.close()))
})

it('all of Redis lost under load: nothing is, and counts are right within 10 s', async () => {
  const rooms = await openRooms(10, 'flush')
  for (let i = 0; i < 10; i++) {
    for (const { customer } of rooms) customer.send(`message ${i}`)
    if (i === 5) await stack.redis.restartEmpty()
  }
  await Promise.all(both(rooms).map((client) => client.settled()))
  for (const room of rooms) await expectAgreement(room, 10)
  await expectRecounted(rooms.map((room) => room.room_id))
  await until(async () => (await sql`select from messages.outbox union all select from rooms.outbox`).length === 0, {
    within: 10_000,
    what: 'empty outboxes',
  })
  await Promise.all(both(rooms).map((client) => client.close()))
})

it('Postgres stopped: sends are refused in time, sockets stay, nothing is acknowledged; then all goes on', async () => {
  const [room] = await openRooms(1, 'postgres')
  if (!room) throw new Error('no room')
  const { customer, farmer, room_id } = room
  await signalAll(stack.postgres.pid, 'SIGSTOP')
  const began = Date.now()
  customer.say({ type: 'message.send', client_message_id: 'unsure', body: 'unsure' })
  const [refusal, answer, alive] = await Promise.all([
    customer.next('error', (frame) => frame.client_message_id === 'unsure'),
    market.ask<Problem>('bo', 'POST', '/chat/messages/', { room_id, body: 'unsure' }),
    fetch(`${stack.urls['messages-api']}/healthz`),
  ])
  expect(refusal.code).toBe('unavailable')
  expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } })
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(Date.now() - began).toBeLessThan(6_000)
  expect(alive.status).toBe(200)
  await until(async () => (await fetch(`${stack.url}/readyz`)).status === 503)
  expect([customer.acknowledged.size, farmer.messages.size]).toEqual([0, 0])
  await signalAll(stack.postgres.pid, 'SIGCONT')

  await until(async () => (await fetch(`${stack.url}/readyz`)).status === 200, { within: 10_000 })
  customer.say({ type: 'message.send', client_message_id: 'unsure', body: 'unsure' })
  await farmer.next('message.created', (frame) => frame.message.client_message_id === 'unsure')
  const stored = await sql`select from messages.messages where room_id = ${room_id} and client_message_id = 'unsure'`
  expect(stored).toHaveLength(1)
  expect([customer, farmer].map((client) => client.closes.length)).toEqual([0, 0])
  await Promise.all([customer.close(), farmer.close()])
})

/** A server and its children: Postgres works in its children. */
async function signalAll(pid: number, signal: NodeJS.Signals) {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  for (const each of [pid, ...children.split(' ').filter(Boolean).map(Number)]) process.kill(each, signal)
}

it('a client that comes back has every missed change, however many, once, before anything live', async () => {
  const [room] = await openRooms(1, 'resume')
  if (!room) throw new Error('no room')
  const { customer, farmer, room_id } = room
  await farmer.close()
  for (let i = 0; i < 500; i++) customer.send(`missed ${i}`)
  await customer.settled(20_000)
  const back = new RoomClient(stack.wsUrl, room_id, 'bo')
  back.rev = 1
  back.drop()
  await until(() => back.messages.size === 500, { within: 15_000, what: '500 missed messages' })
  customer.send('live')
  await back.next('message.created', (frame) => frame.message.body === 'live')
  expect(back.breaches).toEqual([])
  expect(back.inOrder.map((message) => message.seq)).toEqual(Array.from({ length: 501 }, (_, i) => i + 2))
  await Promise.all([customer.close(), back.close()])
})

it('10,000 messages through the sockets: no seq or rev missing or doubled, for anyone', async () => {
  const rooms = await openRooms(20, 'many')
  for (let i = 0; i < 500; i++) {
    for (const { customer, farmer } of rooms) (i % 2 ? customer : farmer).send(`${i}`)
    if (i % 25 === 24) await Promise.all(both(rooms).map((client) => client.settled(30_000)))
  }
  await Promise.all(both(rooms).map((client) => client.settled(30_000)))
  for (const room of rooms) await expectAgreement(room, 500)
  await expectRecounted(rooms.map((room) => room.room_id))
  await Promise.all(both(rooms).map((client) => client.close()))
})
