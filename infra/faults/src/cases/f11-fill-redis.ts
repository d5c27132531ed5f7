import type { FaultCase } from '../fault-case.ts'
import { untilUnderWay } from '../load.ts'

export const f11: FaultCase = {
  id: 'F11',
  name: 'Redis out of memory (2 MB, noeviction)',
  async run({ world, load }) {
    await world.redis.config('SET', 'maxmemory', '2mb')
    await untilUnderWay(load, 150)
    await world.redis.config('SET', 'maxmemory', '0')
  },
}
