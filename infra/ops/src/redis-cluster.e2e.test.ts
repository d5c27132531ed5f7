import { drive } from '@farmgate/load/drive.ts'
import { atUrl } from '@farmgate/load/target.ts'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { InboxClient } from '@farmgate/test/e2e/inbox-client.ts'
import { type Market, openMarket } from '@farmgate/test/e2e/market.ts'
import { RoomClient } from '@farmgate/test/e2e/room-client.ts'
import { testRedisCluster } from '@farmgate/testing/redis-cluster.ts'
import { TEST_SECRET } from '@farmgate/testing/tokens.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/* The product on a Redis Cluster of three: each service as its own user, several instances, limits that they share. */

const INSTANCES = { 'rooms-api': 2, 'messages-api': 2, 'ws-gateway': 3 }
/** Enough for each shard of each stream. */
const ROOMS = 30
const RATE = 100
/** The nodes are back after 3 s of it. */
const DRIVEN_MS = 6_000

let stack: Stack
let market: Market
beforeAll(async () => {
  stack = await startStack({ instances: INSTANCES, redis: testRedisCluster, env: { RATE_LIMITS: 'on' } })
  market = openMarket(stack)
  await market.offer('bo', 'tomatoes')
})
afterAll(() => stack.close())

test('an order blinks, both talk, and see each other come and go', async () => {
  const inbox = new InboxClient(stack.wsUrl, 'bo')
  await inbox.next('welcome')
  const { room_id } = (await market.checkOut('ada', 'bo', 'tomatoes')).body
  const { room } = await inbox.next('room.updated', (frame) => frame.room.unread_count === 1)
  expect(room).toMatchObject({ room_id, is_new_order: true, last_message: { kind: 'order_placed' } })

  const farmer = new RoomClient(stack.wsUrl, room_id, 'bo')
  await farmer.next('welcome')
  // Wherever the kernel sends them: sooner or later both are on different gateways.
  for (let n = 0; n < 2 * INSTANCES['ws-gateway']; n++) {
    farmer.frames.length = 0
    const customer = new RoomClient(stack.wsUrl, room_id, 'ada')
    await farmer.next('presence', (frame) => frame.user_id === 'ada' && frame.online)
    customer.say({ type: 'typing', is_typing: true })
    await farmer.next('typing', (frame) => frame.user_id === 'ada' && frame.is_typing)
    customer.send(`Friday ${n}?`)
    await farmer.next('message.created', (frame) => frame.message.body === `Friday ${n}?`)
    await customer.close()
    await farmer.next('presence', (frame) => frame.user_id === 'ada' && !frame.online)
  }
  expect(await market.step('bo', room_id, 'active')).toMatchObject({ status: 200 })
  await farmer.next('order.status', (frame) => frame.order_status === 'active')
  expect(farmer.breaches).toEqual([])
  await farmer.close()
  await inbox.close()
})

test('all three nodes come back empty under load: no message is lost, doubled or reordered', async () => {
  let emptied: Promise<void> | undefined
  const driven = await drive({
    target: atUrl(stack.url, TEST_SECRET),
    rooms: ROOMS,
    rate: RATE,
    durationMs: DRIVEN_MS,
    onMeasuring: () => {
      emptied = stack.redis.restartEmpty()
    },
  })
  await emptied
  expect(driven).toMatchObject({ lost: 0, unacked: 0, doubled: 0, reordered: 0, refused: 0, closes: {} })
  expect(driven.acked).toBe(driven.sent)
})
