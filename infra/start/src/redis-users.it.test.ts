import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { serviceUrl } from '@farmgate/database/service-url.ts'
import { startRedis } from '@farmgate/stores/redis.ts'
import type { Store } from '@farmgate/stores/store.ts'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redisAclLines, redisUsers } from './redis-users.ts'

let dir: string
let server: Store
const connected: Redis[] = []
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'farmgate-users-'))
  server = await startRedis({ dir: path.join(dir, 'redis'), users: redisAclLines })
})
afterAll(async () => {
  for (const redis of connected) redis.disconnect()
  await server.close()
  await rm(dir, { recursive: true })
})

function connect(url: string) {
  const redis = new Redis(url, { retryStrategy: () => null })
  redis.on('error', () => undefined) // what is refused is said to whoever asks
  connected.push(redis)
  return redis
}
const as = (name: string) => connect(serviceUrl(server.url, name))

describe.each(Object.values(redisUsers))('$name', ({ name }) => {
  test.each([
    ['FLUSHALL'],
    ['FLUSHDB'],
    ['KEYS', '*'],
    ['SCAN', '0'],
    ['CONFIG', 'GET', '*'],
    ['SHUTDOWN'],
    ['BGREWRITEAOF'],
    ['MONITOR'],
    ['ACL', 'LIST'],
    ['CLIENT', 'LIST'],
    ['SWAPDB', '0', '1'],
    ['SCRIPT', 'FLUSH'],
    ['PUBLISH', 'farmgate', 'hello'],
  ])('may not %s', async (command, ...words) => {
    await expect(as(name).call(command, ...words)).rejects.toThrow(/NOPERM/)
  })

  test('reaches no key but those of its own, by script neither', async () => {
    const redis = as(name)
    await expect(redis.get('somebody-elses')).rejects.toThrow(/NOPERM/)
    await expect(redis.set('farmgate:sweeper:of-others', '1')).rejects.toThrow(/NOPERM/)
    await expect(redis.eval("return redis.call('GET', KEYS[1])", 1, 'somebody-elses')).rejects.toThrow(/[Pp]ermission/)
    expect(await redis.set('farmgate:limits:ip:1', '1')).toBe('OK')
  })
})

test.each(['messages', 'frames'])('a gateway reads what others say on %s, and cannot say it', async (name) => {
  const gateway = as('farmgate_ws_gateway')
  const stream = `farmgate:${name}:{0}`
  await as('farmgate_messages_api').xadd(stream, '*', 'type', 'message.created')
  expect(await gateway.xlen(stream)).toBe(1)
  await expect(gateway.xadd(stream, '*', 'type', 'forged')).rejects.toThrow(/NOPERM/)
  await expect(gateway.xtrim(stream, 'MAXLEN', 0)).rejects.toThrow(/NOPERM/)
  await expect(gateway.xadd('farmgate:inbox:{0}', '*', 'type', 'forged')).rejects.toThrow(/NOPERM/)
})

test('rooms-api has no place on the stream of frames, nor messages-api on that of cards', async () => {
  await expect(as('farmgate_rooms_api').xlen('farmgate:frames:{0}')).rejects.toThrow(/NOPERM/)
  await expect(as('farmgate_messages_api').xlen('farmgate:inbox:{0}')).rejects.toThrow(/NOPERM/)
})

test('without a password nobody may do anything', async () => {
  const url = new URL(server.url)
  url.username = ''
  url.password = ''
  await expect(connect(url.href).ping()).rejects.toThrow(/NOAUTH/)
})
