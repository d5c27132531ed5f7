import { type TestRedis, testRedis } from '@farmgate/testing/redis.ts'
import type { Log } from './log.ts'
import { type Pulse, startPulse } from './pulse.ts'
import { openRedis, type Redis } from './redis.ts'

/** What the tests of this package stand on: a Redis of their own, a connection, a pulse, and a log that can be read. */
export type Rig = {
  server: TestRedis
  redis: Redis
  pulse: Pulse
  log: Log
  /** The names of the events said so far. */
  said: string[]
  /** Closes `part` with the rig. */
  own<P extends { close(): Promise<void> }>(part: P): P
  close(): Promise<void>
}

export async function openRig(options: Parameters<typeof testRedis>[0] = {}): Promise<Rig> {
  const server = await testRedis(options)
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
    own(part) {
      parts.push(part)
      return part
    },
    async close() {
      for (const part of parts.toReversed()) await part.close()
    },
  }
}

export function listeningLog(): { log: Log; said: string[] } {
  const said: string[] = []
  const say = (_fields: object, event: string) => void said.push(event)
  return { log: { debug: () => undefined, info: say, warn: say, error: say }, said }
}

export const untilUp = (pulse: Pulse) =>
  new Promise<void>((resolve) => {
    if (pulse.state === 'up') return resolve()
    const stop = pulse.onBack(() => {
      stop()
      resolve()
    })
  })
