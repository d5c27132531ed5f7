import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { until } from '@farmgate/testing/until.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listeningLog } from './listening-log.fixture.ts'
import { isRedisAway, openReader, openRedis } from './redis.ts'
import { openRig, type Rig, untilUp } from './rig.fixture.ts'

let rig: Rig
beforeEach(async () => {
  rig = await openRig()
})
afterEach(() => rig.close())

const failure = (command: Promise<unknown>) =>
  command.then(
    () => undefined,
    (error: unknown) => error,
  )

test('a command fails within 2 s while Redis is black-holed, and at once when it is gone', async () => {
  rig.server.pause()
  const start = performance.now()
  expect(isRedisAway(await failure(rig.redis.get('a')))).toBe(true)
  expect(performance.now() - start).toBeLessThan(2_300)
  rig.server.resume()
  rig.server.kill('SIGKILL')
  await until(() => rig.redis.status !== 'ready')
  const again = performance.now()
  expect(isRedisAway(await failure(rig.redis.get('a')))).toBe(true)
  expect(performance.now() - again).toBeLessThan(100)
})

test('an error that Redis answers is not an absence', async () => {
  await rig.redis.set('a', 'text')
  expect(isRedisAway(await failure(rig.redis.xlen('a')))).toBe(false)
})

test('a command whose reply was lost is not repeated by the client', async () => {
  const block = failure(rig.redis.blpop('nothing', 1))
  await until(async () => rig.redis.status === 'ready')
  const clients = async () => {
    let list = ''
    await rig.onNodes(async (node) => {
      list += await node.client('LIST')
    })
    return list
  }
  await until(async () => (await clients()).includes('cmd=blpop'))
  await rig.onNodes((node) => node.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes'))
  expect(isRedisAway(await block)).toBe(true)
  await untilUp(rig.pulse)
  await until(async () => rig.redis.status === 'ready')
  expect(await clients()).not.toContain('cmd=blpop')
})

test('a reader comes back from connections that were accepted and closed at once', async () => {
  let refusals = 0
  const way = createServer((client) => {
    // Once its first command is on the way, so that it is answered by the end of its connection.
    client
      .on('error', () => undefined)
      .once('data', (chunk) => {
        if (refusals++ < 3) return client.destroy()
        const server = connect(rig.server.port, '127.0.0.1').on('error', () => undefined)
        server.write(chunk)
        client.pipe(server).pipe(client)
      })
  }).listen(0, '127.0.0.1')
  await once(way, 'listening')
  const { port } = way.address() as AddressInfo
  const commands = openRedis(`redis://127.0.0.1:${port}`, { log: rig.log, name: 'commands' })
  const reader = openReader(commands, { log: rig.log, name: 'reader', blockMs: 100 })
  expect(await until(() => reader.ping(), { within: 4_000 })).toBe('PONG')
  expect(refusals).toBeGreaterThan(3)
  await Promise.all([reader.close(), commands.close()])
  way.close()
})

test('opening never throws, also where there is nothing, and closing ends it', async () => {
  const { log, said } = listeningLog()
  const nowhere = openRedis('redis://127.0.0.1:1', { log, name: 'nowhere' })
  await until(() => said.includes('redis.away'))
  await nowhere.close()
  expect(said).toEqual(['redis.away'])
})
