import { setTimeout as wait } from 'node:timers/promises'
import type { FaultCase } from '../fault-case.ts'

const AWAY_MS = 3_000

export const f09: FaultCase = {
  id: 'F9',
  name: 'kill -9 Redis, with and without its append-only file',
  async run({ world }) {
    const { redis } = world.stack
    for (const again of [redis.restart, redis.restartEmpty]) {
      redis.kill('SIGKILL')
      await redis.ended()
      await wait(AWAY_MS)
      await again()
    }
  },
}
