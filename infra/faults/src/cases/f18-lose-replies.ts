import type { FaultCase } from '../fault-case.ts'
import { untilUnderWay } from '../load.ts'

/** Redis does what it is asked, and nobody hears of it: whatever is repeated for that is shown once. */
export const f18: FaultCase = {
  id: 'F18',
  name: 'only the replies of Redis, then of Postgres, are lost',
  async run({ world, load }) {
    const { redis, postgres } = world.ways
    redis.set({ is: 'drop-replies' })
    await untilUnderWay(load, 60)
    redis.set({ is: 'pass' })
    postgres.set({ is: 'drop-replies' })
    await new Promise((resolve) => setTimeout(resolve, LOST_MS))
    postgres.set({ is: 'pass' })
    await untilUnderWay(load, 60)
  },
}

/** Commits whose answers never come, until their callers have been refused. */
const LOST_MS = 3_000
