import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { room } from '@farmgate/contracts/rooms.ts'
import { freePort } from '@farmgate/testing/ports.ts'
import { type TestDatabase, testDatabase } from '@farmgate/testing/postgres.ts'
import { type TestRedis, testRedis } from '@farmgate/testing/redis.ts'
import { serviceToken, TEST_INTERNAL_TOKEN, TEST_SECRET, token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkout } from './rig.fixture.ts'

/* The process as it is started in production: main.ts, with nothing in the place of messages-api. */

let database: TestDatabase
let redis: TestRedis
let service: ChildProcess
let origin: string
beforeAll(async () => {
  ;[database, redis] = await Promise.all([testDatabase('rooms-api'), testRedis()])
  const port = await freePort()
  origin = `http://127.0.0.1:${port}`
  service = start({ ROOMS_API_PORT: String(port), DATABASE_URL: database.url, REDIS_URL: redis.url })
  await until(async () => (await fetch(`${origin}/readyz`)).ok, { within: 10_000 })
})
afterAll(async () => {
  service.kill('SIGKILL')
  await Promise.all([redis.close(), database.close()])
})

function start(env: Record<string, string>) {
  const secrets = { JWT_SECRET: TEST_SECRET, INTERNAL_TOKEN: TEST_INTERNAL_TOKEN }
  return spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts')], {
    env: { NODE_ENV: 'test', LOG_LEVEL: 'silent', MESSAGES_API_URL: 'http://127.0.0.1:9', ...secrets, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

const call = (method: string, url: string, bearer: string, body?: object) =>
  fetch(origin + url, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })

test('it needs neither messages-api nor Redis to keep what it promises', async () => {
  await call('PUT', '/catalog/products/p-1/', serviceToken(), { farmer_id: 'f-1', name: 'Tomatoes', unit: 'kg' })
  await redis.stop()
  const opened = await call('POST', '/chat/rooms/', token('c-1'), checkout())
  expect(opened.status).toBe(201)
  const location = opened.headers.get('location') ?? ''
  const moved = await call('PATCH', location, token('f-1'), { order_status: 'active' })
  expect(room.parse(await moved.json())).toMatchObject({ order_status: 'active', last_seq: 2 })
  expect((await fetch(`${origin}/readyz`)).status).toBe(200)
  await redis.restart()
})

test('GET /metrics says how far behind it is', async () => {
  const text = await (await fetch(`${origin}/metrics`)).text()
  expect(text).toMatch(/^farmgate_outbox_waiting\{/m)
  expect(text).toMatch(/^farmgate_stream_lag\{/m)
})

test('a configuration that cannot be used is one clear message and exit code 1', async () => {
  const refused = start({ ROOMS_API_PORT: 'many' })
  const [said] = await once(refused.stderr ?? refused, 'data')
  expect(String(said)).toMatch(/DATABASE_URL|ROOMS_API_PORT/)
  expect(refused.exitCode ?? (await once(refused, 'exit'))[0]).toBe(1)
})

test('SIGTERM ends it cleanly', async () => {
  service.kill('SIGTERM')
  expect(await once(service, 'exit')).toEqual([0, null])
})
