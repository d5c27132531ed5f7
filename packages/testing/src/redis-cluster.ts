import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { Redis } from 'ioredis'
import { freePorts } from './ports.ts'
import { type TestRedis, testRedis } from './redis.ts'
import { until } from './until.ts'

const NODES = 3
const SLOTS = 16_384
/** Silence after which a node counts as failed: longer than any test keeps one silent. */
const NODE_TIMEOUT_MS = 15_000
const FORMED_WITHIN_MS = 20_000

/**
 * A Redis Cluster of three leaders without replicas, as one `TestRedis`: what is done to it is done to all three. Its URL
 * names one of them.
 */
export async function testRedisCluster(options: Parameters<typeof testRedis>[0] = {}): Promise<TestRedis> {
  const timeouts = ['--cluster-node-timeout', String(NODE_TIMEOUT_MS), '--cluster-require-full-coverage', 'no']
  const args = [...(options.args ?? []), '--cluster-enabled', 'yes', ...timeouts]
  // Left to itself the bus takes the port plus 10,000, where others may listen.
  const buses = await freePorts(NODES)
  // A client knows one password for all nodes.
  const password = randomBytes(24).toString('hex')
  const nodes = await Promise.all(
    buses.map((bus) => testRedis({ password, ...options, args: [...args, '--cluster-port', String(bus)] })),
  )
  const [first] = nodes
  if (!first) throw new Error('a cluster has nodes')
  await form(nodes, buses).catch(async (error) => {
    await Promise.all(nodes.map((node) => node.close()))
    throw error
  })
  const each = async (work: (node: TestRedis) => Promise<void>) => {
    await Promise.all(nodes.map(work))
  }
  return {
    ...first,
    url: `${first.url}?cluster=true`,
    urls: nodes.map(({ url }) => url),
    ended: () => Promise.all(nodes.map((node) => node.ended())),
    kill: (signal) => {
      for (const node of nodes) node.kill(signal)
    },
    pause: () => {
      for (const node of nodes) node.pause()
    },
    resume: () => {
      for (const node of nodes) node.resume()
    },
    stop: () => each((node) => node.stop()),
    async restart() {
      await each((node) => node.restart())
      await untilOk(nodes)
    },
    async restartEmpty() {
      await each(async (node) => {
        await node.stop()
        await rm(path.join(node.dir, 'appendonlydir'), { recursive: true, force: true })
        await node.restart()
      })
      await untilOk(nodes)
    },
    close: () => each((node) => node.close()),
  }
}

/** Shares the slots out, and makes the nodes known to each other. */
async function form(nodes: readonly TestRedis[], buses: readonly number[]) {
  const share = Math.ceil(SLOTS / nodes.length)
  for (const [i, node] of nodes.entries())
    await ask(node, async (redis) => {
      await redis.call('CLUSTER', 'ADDSLOTSRANGE', i * share, Math.min(SLOTS, (i + 1) * share) - 1)
      await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1)
    })
  // Each to each: gossip alone takes seconds.
  for (const node of nodes)
    await ask(node, async (redis) => {
      for (const [i, other] of nodes.entries())
        if (other !== node) await redis.call('CLUSTER', 'MEET', '127.0.0.1', other.port, buses[i] ?? '')
    })
  await untilOk(nodes)
}

/** Every node takes writes, and knows who has which slots. */
async function untilOk(nodes: readonly TestRedis[]) {
  for (const node of nodes)
    await ask(node, (redis) =>
      until(
        async () => {
          const info = String(await redis.call('CLUSTER', 'INFO'))
          return info.includes('cluster_state:ok') && info.includes(`cluster_slots_assigned:${SLOTS}`)
        },
        { within: FORMED_WITHIN_MS },
      ),
    )
}

async function ask<T>(node: TestRedis, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(node.url)
  try {
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}
