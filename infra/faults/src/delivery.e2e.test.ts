import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { type Market, openMarket } from '@farmgate/test/e2e/market.ts'
import { RoomClient } from '@farmgate/test/e2e/room-client.ts'
import { until } from '@farmgate/testing/until.ts'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { storedRooms, viewsOf } from './evidence.ts'
import type { Conversation } from './load.ts'
import { agreements } from './oracle.ts'

// The delivery contract where nothing fails, with two of each service over the one origin: what is acknowledged is there,
// once, in one order for both parties and the database. What holds when something does fail: faults.e2e.test.ts.

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

function openRooms(count: number, name: string): Promise<Conversation[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const [customer_id, farmer_id] = [`${name}-${i}`, 'bo']
      const { room_id } = (await market.checkOut(customer_id, farmer_id, 'tomatoes')).body
      const customer = new RoomClient(stack.wsUrl, room_id, customer_id)
      const farmer = new RoomClient(stack.wsUrl, room_id, farmer_id)
      await Promise.all([customer.next('welcome'), farmer.next('welcome')])
      return { room_id, customer_id, farmer_id, customer, farmer }
    }),
  )
}

const both = (rooms: Conversation[]) => rooms.flatMap(({ customer, farmer }) => [customer, farmer])

/** Both parties, the database and the cards have the same, as soon as everything has been told. */
async function expectAgreement(conversations: Conversation[]) {
  const breaches = async () => {
    const seen = { views: viewsOf({ conversations }), rooms: await storedRooms({ sql }) }
    return agreements.flatMap((it) => it.breaches(seen))
  }
  await until(async () => (await breaches()).length === 0, { within: 10_000 }).catch(() => undefined)
  expect(await breaches()).toEqual([])
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
  await expectAgreement([{ ...room, farmer: back }])
  await Promise.all([customer.close(), back.close()])
})

it('10,000 messages through the sockets: no seq or rev missing or doubled, for anyone', async () => {
  const rooms = await openRooms(20, 'many')
  for (let i = 0; i < 500; i++) {
    for (const { customer, farmer } of rooms) (i % 2 ? customer : farmer).send(`${i}`)
    if (i % 25 === 24) await Promise.all(both(rooms).map((client) => client.settled(30_000)))
  }
  await Promise.all(both(rooms).map((client) => client.settled(30_000)))
  await expectAgreement(rooms)
  const [stored] =
    await sql`select count(*)::int as count from messages.messages where kind = 'text' and body ~ '^\\d+$'`
  expect(stored?.count).toBe(10_000)
  await Promise.all(both(rooms).map((client) => client.close()))
})
