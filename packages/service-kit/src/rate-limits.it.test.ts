import { type TestRedis, testRedis } from '@farmgate/testing/redis.ts'
import { until } from '@farmgate/testing/until.ts'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLog } from './log.ts'
import { openRateLimits } from './rate-limits.ts'

let server: TestRedis
let redis: Redis
let second: Redis

beforeAll(async () => {
  server = await testRedis()
  redis = new Redis(server.url, { maxRetriesPerRequest: 1 })
  second = new Redis(server.url, { maxRetriesPerRequest: 1 })
  await Promise.all([redis.ping(), second.ping()])
})

afterAll(async () => {
  redis.disconnect()
  second.disconnect()
  await server.close()
})

const limitsOf = (client: Redis, enabled = true) =>
  openRateLimits({
    redis: client,
    enabled,
    log: createLog('test', 'silent'),
    limits: { user: { points: 10, durationS: 60 } },
  })

const passed = async (limits: ReturnType<typeof limitsOf>, key: string, times: number) => {
  const results = await Promise.allSettled(Array.from({ length: times }, () => limits.take('user', key)))
  return results.filter(({ status }) => status === 'fulfilled').length
}

test('instances share one limit, and the refusal says when to come back', async () => {
  expect(await passed(limitsOf(redis), 'c-1', 6)).toBe(6)
  const other = limitsOf(second)
  expect(await passed(other, 'c-1', 6)).toBe(4)
  await expect(other.take('user', 'c-1')).rejects.toMatchObject({
    code: 'rate_limited',
    extra: { retryAfterS: expect.any(Number) },
  })
  expect(await passed(other, 'c-2', 1)).toBe(1)
  expect(await redis.keys('farmgate:limits:*')).toContain('farmgate:limits:user:c-1')
})

test('off is off', async () => {
  expect(await passed(limitsOf(redis, false), 'c-3', 100)).toBe(100)
})

test('with Redis paused nobody waits, and the limit is stricter', async () => {
  const limits = limitsOf(redis)
  server.pause()
  const begun = performance.now()
  await limits.take('user', 'c-4')
  expect(performance.now() - begun).toBeLessThan(200)
  const then = performance.now()
  expect(await passed(limits, 'c-4', 20)).toBe(4)
  expect(performance.now() - then).toBeLessThan(50)
  server.resume()
  await until(async () => (await passed(limits, `back-${Math.random()}`, 20)) === 10)
})

test('with Redis gone nobody waits either', async () => {
  const limits = limitsOf(redis)
  await server.stop()
  const begun = performance.now()
  expect(await passed(limits, 'c-5', 20)).toBe(5)
  expect(performance.now() - begun).toBeLessThan(200)
  await server.restart()
})
