import { FRAMES_STREAM, MESSAGES_STREAM } from '@farmgate/contracts/message-events.ts'
import { ROOMS_STREAM } from '@farmgate/contracts/room-events.ts'
import { streamKeys } from '@farmgate/streams/shards.ts'
import type { FaultCase } from '../fault-case.ts'

const ENTRIES = 1_000

/** Shuffled: old cards come after new ones, and every gate hears revs that it has long passed. */
export const f14: FaultCase = {
  id: 'F14',
  name: 'the last 1,000 entries again, shuffled',
  async run({ world, random }) {
    const again: [key: string, fields: string[]][] = []
    for (const key of [MESSAGES_STREAM, FRAMES_STREAM, ROOMS_STREAM].flatMap(streamKeys))
      for (const [, fields] of await world.redis.xrevrange(key, '+', '-', 'COUNT', ENTRIES)) again.push([key, fields])
    const pipeline = world.redis.pipeline()
    for (const [key, fields] of random.shuffle(again).slice(0, ENTRIES)) pipeline.xadd(key, '*', ...fields)
    await pipeline.exec()
  },
}
