import { type TestRedis, testRedis } from '@farmgate/testing/redis.ts'
import { testRedisCluster } from '@farmgate/testing/redis-cluster.ts'
import { Redis as Client } from 'ioredis'
import { afterAll } from 'vitest'

/** The project `cluster` (infra/test/vitest.config.ts) runs the tests of this package on a Redis Cluster of three. */
export const onCluster = process.env.FARMGATE_TEST_REDIS === 'cluster'

/** A cluster takes seconds to form: the tests of a file share one, each finds it empty and running. */
const shared = onCluster ? testRedisCluster() : undefined
afterAll(async () => (await shared)?.close())

/** A Redis for one test: its own, or the cluster of its file. */
export async function serverForTest(): Promise<TestRedis> {
  const cluster = await shared
  if (!cluster) return testRedis()
  cluster.resume()
  await onNodes(cluster, (node) => node.flushall()).catch(() => cluster.restartEmpty())
  return { ...cluster, close: async () => cluster.resume() }
}

/** Says something to each node: what is not about a key. */
export async function onNodes({ urls }: TestRedis, say: (node: Client) => Promise<unknown>): Promise<void> {
  for (const url of urls) {
    const node = new Client(url, { maxRetriesPerRequest: 0, retryStrategy: () => null })
    // What is wrong comes with the command.
    node.on('error', () => undefined)
    await say(node).finally(() => node.disconnect())
  }
}
