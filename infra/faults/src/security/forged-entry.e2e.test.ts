import { randomUUID } from 'node:crypto'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { shardOf, streamKey } from '@farmgate/streams/shards.ts'
import { type Market, openMarket } from '@farmgate/test/e2e/market.ts'
import { RoomClient } from '@farmgate/test/e2e/room-client.ts'
import { until } from '@farmgate/testing/until.ts'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'

// Whoever can write to Redis can lie to sockets for a moment, and never to the history.

let stack: Stack
let market: Market
let redis: Redis
beforeAll(async () => {
  stack = await startStack()
  market = openMarket(stack)
  redis = new Redis(stack.redis.url)
  await market.offer('bo', 'tomatoes')
})
afterAll(async () => {
  redis.disconnect()
  await stack.close()
})

it('a forged entry for a room says what the database does not: it is gone after a reload, and the room goes on', async () => {
  const { room_id } = (await market.checkOut('ada', 'bo', 'tomatoes')).body
  const client = new RoomClient(stack.wsUrl, room_id, 'ada')
  const { rev, last_seq } = await client.next('welcome')
  const [first] = await market.history('ada', room_id)
  const message = { ...first, message_id: randomUUID(), seq: last_seq + 1, rev: rev + 1, kind: 'text', body: 'forged' }
  const frame = JSON.stringify({ type: 'message.created', message })
  const fields = { type: 'message.created', room_id, rev: String(rev + 1), frame, card: '', request_id: '' }
  await redis.xadd(streamKey('messages', shardOf(room_id)), '*', ...Object.entries(fields).flat())
  await client.next('message.created', (it) => it.message.body === 'forged')

  // Its gateway compares with Postgres, finds that nobody said so, and sends everybody back to the beginning.
  await client.next('resync', () => true, 15_000)
  expect((await market.history('ada', room_id)).map(({ body }) => body)).not.toContain('forged')
  await market.ask('bo', 'POST', '/chat/messages/', { room_id, body: 'true' })
  const fresh = new RoomClient(stack.wsUrl, room_id, 'ada')
  await fresh.next('welcome')
  await market.ask('bo', 'POST', '/chat/messages/', { room_id, body: 'also true' })
  await fresh.next('message.created', (it) => it.message.body === 'also true')
  expect((await market.history('ada', room_id)).slice(1).map(({ body, seq }) => [seq, body])).toEqual([
    [2, 'true'],
    [3, 'also true'],
  ])
  await until(async () => (await market.room('ada', room_id)).body.last_seq === 3)
  await Promise.all([client.close(), fresh.close()])
})
