import { listeningLog } from '@farmgate/streams/listening-log.fixture.ts'
import { openRedis } from '@farmgate/streams/redis.ts'
import { testRedis } from '@farmgate/testing/redis.ts'
import { testRedisCluster } from '@farmgate/testing/redis-cluster.ts'
import { expect, test } from 'vitest'
import { Liveness } from './liveness.ts'

/* Each gateway has a key of its own; on a cluster they lie on several nodes. */

test.each([
  ['one Redis', testRedis],
  ['a cluster', testRedisCluster],
])('on %s each gateway sees who lives, and who of several others does not', async (_, makeRedis) => {
  const server = await makeRedis()
  const redis = openRedis(server.url, { log: listeningLog().log, name: 'test' })
  await new Promise((resolve) => redis.once('ready', resolve))
  const names = ['a', 'b', 'c', 'd', 'e']
  const [me, ...others] = names.map((name) => new Liveness(redis, name))
  for (const other of others) await other.renew()

  await me?.meet(names)
  expect(names.filter((name) => me?.lives(name))).toEqual(['b', 'c', 'd', 'e'])
  expect(await me?.dead()).toEqual([])
  await others[2]?.leave()
  expect(await me?.dead()).toEqual(['d'])
  expect(names.filter((name) => me?.lives(name))).toEqual(['b', 'c', 'e'])

  await redis.close()
  await server.close()
})
