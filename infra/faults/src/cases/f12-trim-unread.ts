import { streamKeys } from '@farmgate/streams/shards.ts'
import type { FaultCase } from '../fault-case.ts'
import { untilUnderWay } from '../load.ts'

/** The workers come back to streams from which what they have not read is gone. */
export const f12: FaultCase = {
  id: 'F12',
  name: 'streams trimmed under stopped workers',
  async run({ world, load }) {
    const workers = world.stack.services['rooms-api']
    for (const worker of workers) worker.kill('SIGSTOP')
    await untilUnderWay(load, 60)
    for (const key of streamKeys('messages')) await world.redis.xtrim(key, 'MAXLEN', 0)
    for (const worker of workers) worker.kill('SIGCONT')
  },
}
