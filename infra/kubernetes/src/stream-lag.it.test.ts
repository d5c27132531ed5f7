import { readFileSync } from 'node:fs'
import path from 'node:path'
import { MESSAGES_STREAM } from '@farmgate/contracts/message-events.ts'
import { ROOMS_STREAM } from '@farmgate/contracts/room-events.ts'
import { streamKey, streamKeys } from '@farmgate/streams/shards.ts'
import { type TestRedis, testRedis } from '@farmgate/testing/redis.ts'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { readKustomization } from './manifests.ts'

/* The component stream-lag: what KEDA is told, and who it is to Redis. Fields are those of its redis-cluster-streams scaler. */

const FOLDER = path.resolve(import.meta.dirname, '../components/stream-lag')
const read = (file: string) => readFileSync(path.join(FOLDER, file), 'utf8')

const streamTrigger = z.strictObject({
  type: z.literal('redis-cluster-streams'),
  authenticationRef: z.strictObject({ name: z.string() }),
  metadata: z.strictObject({
    addresses: z.string(),
    stream: z.string(),
    consumerGroup: z.string(),
    lagCount: z.string(),
    // Without it the scaler refuses lagCount.
    activationLagCount: z.string(),
  }),
})
const otherTrigger = z.looseObject({ type: z.literal('cpu') })
const scaledObject = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    scaleTargetRef: z.object({ name: z.string() }),
    triggers: z.array(z.discriminatedUnion('type', [streamTrigger, otherTrigger])),
  }),
})
const authentication = z.object({
  kind: z.literal('TriggerAuthentication'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    secretTargetRef: z.array(z.strictObject({ parameter: z.string(), name: z.string(), key: z.string() })),
  }),
})

const scaled = parseAllDocuments(read('scaled-objects.yaml')).map((document) => scaledObject.parse(document.toJS()))
const [known] = parseAllDocuments(read('authentication.yaml')).map((document) => authentication.parse(document.toJS()))

describe.each([
  ['rooms-api', MESSAGES_STREAM],
  ['messages-api', ROOMS_STREAM],
])('%s', (service, stream) => {
  const spec = scaled.find(({ metadata }) => metadata.name === service)?.spec
  const triggers = (spec?.triggers ?? []).filter((it) => it.type === 'redis-cluster-streams')

  test('scales on each shard of what it hears, by its own group', () => {
    expect(spec?.scaleTargetRef.name).toBe(service)
    expect(triggers.map(({ metadata }) => metadata.stream)).toEqual(streamKeys(stream))
    expect(new Set(triggers.map(({ metadata }) => metadata.consumerGroup))).toEqual(new Set([service]))
  })

  test('is asked of a Redis that can be found from another namespace, with a user and a password', () => {
    const { namespace } = readKustomization('base')
    for (const { metadata, authenticationRef } of triggers) {
      expect(metadata.addresses).toBe(`redis-leader.${namespace}.svc:6379`)
      expect(authenticationRef.name).toBe(known?.metadata.name)
    }
  })
})

test('user, password and TLS come out of one secret', () => {
  const refs = known?.spec.secretTargetRef ?? []
  expect(refs.map(({ parameter, key }) => [parameter, key])).toEqual(
    ['username', 'password', 'tls', 'ca'].map((name) => [name, name]),
  )
  expect(new Set(refs.map(({ name }) => name))).toEqual(new Set(['stream-lag']))
})

describe('the user of KEDA, as it is written there', () => {
  const key = streamKey(ROOMS_STREAM, 0)
  let server: TestRedis
  let admin: Redis
  let keda: Redis
  beforeAll(async () => {
    const [, name = '', rules = ''] = /ACL SETUSER (\S+) (.+)$/m.exec(read('authentication.yaml')) ?? []
    server = await testRedis()
    admin = new Redis(server.url)
    await admin.xgroup('CREATE', key, 'messages-api', '0', 'MKSTREAM')
    await admin.xadd(key, '*', 'body', 'Friday?')
    await admin.call('ACL', 'SETUSER', name, ...rules.split(' '))
    keda = new Redis(server.port, { username: name, password: 'PASSWORD' })
  })
  afterAll(async () => {
    keda.disconnect()
    admin.disconnect()
    await server.close()
  })

  test('sees how far a group is', async () => {
    expect(await keda.info('server')).toContain('redis_version')
    expect(await keda.xlen(key)).toBe(1)
    const [group] = z.array(z.array(z.unknown())).parse(await keda.xinfo('GROUPS', key))
    expect(group?.[group.indexOf('lag') + 1]).toBe(1)
  })

  test('reads no entry, writes nothing, and sees no other key', async () => {
    await expect(keda.xrange(key, '-', '+')).rejects.toThrow('NOPERM')
    await expect(keda.xadd(key, '*', 'a', 'b')).rejects.toThrow('NOPERM')
    await expect(keda.xlen('farmgate:presence:{a}')).rejects.toThrow('NOPERM')
    await expect(keda.call('ACL', 'LIST')).rejects.toThrow('NOPERM')
  })
})
