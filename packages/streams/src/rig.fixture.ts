import type { TestRedis } from '@farmgate/testing/redis.ts'
import type { Redis as Client } from 'ioredis'
import { listeningLog } from './listening-log.fixture.ts'
import type { Log } from './log.ts'
import { type Pulse, startPulse } from './pulse.ts'
import { openRedis, type Redis } from './redis.ts'
import { onNodes, serverForTest } from './shared-cluster.fixture.ts'

/** What the tests of this package stand on: a Redis (or a cluster) of their own, a connection, a pulse, and a log that can be read. */
export type Rig = {
  server: TestRedis
  redis: Redis
  pulse: Pulse
  log: Log
  /** The names of the events said so far. */
  said: string[]
  /** Says something to each node of Redis: what is not about a key. */
  onNodes(say: (node: Client) => Promise<unknown>): Promise<void>
  /** Closes `part` with the rig. */
  own<P extends { close(): Promise<void> }>(part: P): P
  close(): Promise<void>
}

export async function openRig(): Promise<Rig> {
  const server = await serverForTest()
  const { log, said } = listeningLog()
  const redis = openRedis(server.url, { log, name: 'rig' })
  const pulse = startPulse({ redis, log, everyMs: 100 })
  const parts: { close(): Promise<void> }[] = [server, redis, pulse]
  await untilUp(pulse)
  return {
    server,
    redis,
    pulse,
    log,
    said,
    onNodes: (say) => onNodes(server, say),
    own(part) {
      parts.push(part)
      return part
    },
    async close() {
      for (const part of parts.toReversed()) await part.close()
    },
  }
}

export const untilUp = (pulse: Pulse) =>
  new Promise<void>((resolve) => {
    if (pulse.state === 'up') return resolve()
    const stop = pulse.onBack(() => {
      stop()
      resolve()
    })
  })
