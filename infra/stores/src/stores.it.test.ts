import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandOf } from './child.ts'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'
import { findRedis } from './redis-binary.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'farmgate-stores-'))
})
afterAll(() => rm(dir, { recursive: true }))

describe('Postgres', () => {
  test('keeps what is committed over kill -9, on the same port', async () => {
    await using server = disposable(await startPostgres({ dir: path.join(dir, 'pg-kept') }))
    await query(server.url, 'create table kept as select 1 as one')
    server.kill('SIGKILL')
    await server.ended()
    await server.restart()
    expect(await query(server.url, 'select one from kept')).toEqual([{ one: 1 }])
  })

  test('asks for the password and syncs to disk', async () => {
    await using server = disposable(await startPostgres({ dir: path.join(dir, 'pg-safe') }))
    const wrong = new URL(server.url)
    wrong.password = 'wrong'
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed')
    expect(await query(server.url, 'show fsync')).toEqual([{ fsync: 'on' }])
  })

  test('ends a server that a killed launcher left behind', async () => {
    const left = await startPostgres({ dir: path.join(dir, 'pg-left') })
    await using server = disposable(await startPostgres({ dir: path.join(dir, 'pg-left') }))
    await left.ended()
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })
})

describe('Redis', () => {
  test('keeps its append-only file over a restart, on the same port', async () => {
    await using server = disposable(await startRedis({ dir: path.join(dir, 'redis-kept') }))
    await withRedis(server.url, (redis) => redis.set('kept', '1'))
    await server.restart()
    expect(await withRedis(server.url, (redis) => redis.get('kept'))).toBe('1')
  })

  test('ends a server that a killed launcher left behind', async () => {
    const left = await startRedis({ dir: path.join(dir, 'redis-left') })
    await using server = disposable(await startRedis({ dir: path.join(dir, 'redis-left') }))
    await left.ended()
    expect(await commandOf(server.pid)).toContain('redis-left')
  })

  test('says why it does not start', async () => {
    const words = { dir: path.join(dir, 'redis-wrong'), args: ['--no-such-setting', '1'] }
    await expect(startRedis(words)).rejects.toThrow('no-such-setting')
  })

  test('comes out of the distribution when none is installed', async () => {
    const redis = await findRedis({ cache: path.join(dir, 'cache'), dir, path: [] })
    expect(redis.program).toBe(path.join(dir, 'cache/redis/usr/bin/redis-server'))
  })
})

const disposable = <T extends { close(): Promise<void> }>(it: T) => {
  return Object.assign(it, { [Symbol.asyncDispose]: () => it.close() })
}

async function query(url: string, text: string) {
  const sql = postgres(url, { max: 1 })
  return sql.unsafe(text).finally(() => sql.end())
}

async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url)
  return work(redis).finally(() => redis.disconnect())
}
