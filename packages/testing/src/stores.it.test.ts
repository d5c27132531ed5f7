import { Redis } from 'ioredis'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { emptyDatabase } from './postgres.ts'
import { testRedis } from './redis.ts'
import { until } from './until.ts'

test('each database is its own, and gone after close', async () => {
  const [one, other] = await Promise.all([emptyDatabase(), emptyDatabase()])
  const sql = postgres(one.adminUrl, { max: 1 })
  await sql`create table only_here (id int)`
  await sql.end()
  const elsewhere = postgres(other.adminUrl, { max: 1 })
  await expect(elsewhere`select from only_here`).rejects.toThrow('does not exist')
  await elsewhere.end()
  await Promise.all([one.close(), other.close()])
  const gone = postgres(one.adminUrl, { max: 1 })
  await expect(gone`select 1`).rejects.toThrow('does not exist')
  await gone.end()
})

test('a Redis can be paused, emptied and is gone after close', async () => {
  const server = await testRedis()
  const redis = new Redis(server.url, { commandTimeout: 100, maxRetriesPerRequest: 0 })
  redis.on('error', () => undefined)
  await redis.set('a', '1')
  server.pause()
  await expect(redis.get('a')).rejects.toThrow('timed out')
  server.resume()
  expect(await until(() => redis.get('a'))).toBe('1')
  await server.restartEmpty()
  expect(await until(async () => (await redis.exists('a')) === 0)).toBe(true)
  redis.disconnect()
  await server.close()
  expect(() => process.kill(server.pid, 0)).toThrow('ESRCH')
})
