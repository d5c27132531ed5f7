import { streamKeys } from '@farmgate/streams/shards.ts'
import type { FaultCase } from '../fault-case.ts'

const ENTRIES = 1_000

/** Shuffled: old cards come after new ones, and every gate hears revs that it has long passed. */
export const f14: FaultCase = {
  id: 'F14',
  name: 'the last 1,000 entries again, shuffled',
  async run({ world, random }) {
    const again: [key: string, fields: string[]][] = []
    for (const key of ['messages', 'frames', 'rooms'].flatMap(streamKeys))
      for (const [, fields] of await world.redis.xrevrange(key, '+', '-', 'COUNT', ENTRIES)) again.push([key, fields])
    const pipeline = world.redis.pipeline()
    for (const [key, fields] of random.shuffle(again).slice(0, ENTRIES)) pipeline.xadd(key, '*', ...fields)
    await pipeline.exec()
  },
}
