import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { listeningLog } from '@farmgate/streams/listening-log.fixture.ts'
import { openRedis, type Redis } from '@farmgate/streams/redis.ts'
import { shardOf, streamKey } from '@farmgate/streams/shards.ts'
import { type Market, openMarket } from '@farmgate/test/e2e/market.ts'
import { RoomClient } from '@farmgate/test/e2e/room-client.ts'
import { TEST_INTERNAL_TOKEN } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/* Every verb against the running product, and each a second time. */

let stack: Stack
let market: Market
let redis: Redis
let room_id: string

beforeAll(async () => {
  stack = await startStack()
  market = openMarket(stack)
  redis = openRedis(stack.redis.url, { log: listeningLog().log, name: 'test' })
  await market.offer('f-1', 'p-1')
  room_id = (await market.checkOut('c-1', 'f-1', 'p-1')).body.room_id
})
afterAll(async () => {
  await redis.close()
  await stack.close()
})

/** What it printed. Throws where it fails. */
async function ops(...words: string[]): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    INTERNAL_TOKEN: TEST_INTERNAL_TOKEN,
    REDIS_URL: stack.redis.url,
    ROOMS_API_URL: stack.urls['rooms-api'],
    MESSAGES_API_URL: stack.urls['messages-api'],
  }
  const main = path.join(import.meta.dirname, 'main.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...words], { env })
  return stdout
}

test('rebuild makes a card that went wrong right again, as often as it is asked', async () => {
  await market.ask('c-1', 'POST', '/chat/messages/', { room_id, body: 'Friday?' })
  const unread = async () => (await market.room('f-1', room_id)).body.unread_count
  await until(async () => (await unread()) === 2)
  for (const words of [[room_id], [room_id], []]) {
    expect(await ops('rebuild', ...words)).toBe('1 cards written anew\n')
    expect(await unread()).toBe(2)
  }
  await expect(ops('rebuild', 'a1b2c3d4-0000-4000-8000-000000000000')).rejects.toThrow('no such room')
})

test('lag names the groups, and nobody is behind', async () => {
  await until(async () => {
    const said = await ops('lag')
    expect(said).toContain('rooms → messages-api: 0 not read, 0 not done, 0 dead letters')
    expect(said).toContain('messages → rooms-api: 0 not read, 0 not done, 0 dead letters')
    return true
  })
})

test('room tells a story, in numbers and kinds, and no text', async () => {
  const said = await ops('room', room_id)
  expect(said).toMatch(/1\. \S+ room\.opened/)
  expect(said).toMatch(/rev 1: message\.created seq 1 order_placed of c-1/)
  expect(said).toMatch(/rev 2: message\.created seq 2 text of c-1/)
  expect(said).toContain('stands at rev 2')
  expect(said).not.toContain('Friday')
})

test('dead letters are listed, put back, and given up again where nothing was mended', async () => {
  const key = streamKey('messages', shardOf(room_id))
  await redis.xadd(key, '*', 'type', 'message.created', 'room_id', room_id, 'rev', 'no number')
  await until(async () => (await ops('dead-letters', 'list', 'messages')).includes('1 dead letters'), {
    within: 30_000,
  })
  const said = await ops('dead-letters', 'list')
  expect(said).toContain(`rooms-api, 1 deliveries  message.created ${room_id}`)
  expect(said).toContain('does not parse')
  expect(await ops('dead-letters', 'replay', 'messages', '0-1')).toBe('0 entries put back on messages\n')
  expect(await ops('dead-letters', 'replay', 'messages')).toBe('1 entries put back on messages\n')
  await until(async () => (await ops('dead-letters', 'list', 'messages')).includes('1 dead letters'), {
    within: 30_000,
  })
})

test('drain empties a gateway, which lives on until it is stopped', async () => {
  const url = stack.urls['ws-gateway']
  const client = new RoomClient(stack.wsUrl, room_id, 'c-1')
  await client.next('welcome')
  await expect(ops('drain', stack.urls['rooms-api'])).rejects.toThrow('nothing here')
  expect(await ops('drain', url)).toContain(`${url} is empty, and takes no socket until`)
  await until(() => client.closes.includes(1012))
  expect((await fetch(`${url}/readyz`)).status).toBe(503)
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  expect((await fetch(`${url}/internal/drain/`, { method: 'POST' })).status).toBe(401)
  expect(await ops('drain', url)).toContain(`${url} is empty, and takes no socket until`)
  await client.close()
  const [gateway] = stack.services['ws-gateway']
  gateway?.kill('SIGTERM')
  expect(await gateway?.ended()).toEqual({ code: 0, signal: null })
})
