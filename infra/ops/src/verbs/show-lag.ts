import { countDeadLetters } from '@farmgate/streams/dead-letters.ts'
import { readLag } from '@farmgate/streams/lag.ts'
import { hearers } from '../streams.ts'
import type { Verb } from '../verb.ts'

export const showLag: Verb = {
  usage: 'lag',
  help: `Shows, for each stream that is worked on, how far its group is behind: entries not read yet, entries read and not
done, and dead letters; then each shard that has any. Changes nothing.`,
  async run(_, tools) {
    const redis = await tools.redis()
    for (const stream of hearers.keys()) {
      const shards = await readLag(redis, stream)
      const dead = await countDeadLetters(redis, stream)
      for (const group of new Set(shards.map((shard) => shard.group))) {
        const own = shards.filter((shard) => shard.group === group)
        const sum = (of: 'lag' | 'pending') => own.reduce((total, shard) => total + shard[of], 0)
        tools.say(`${stream} → ${group}: ${sum('lag')} not read, ${sum('pending')} not done, ${dead} dead letters`)
        for (const { key, lag, pending } of own)
          if (lag + pending > 0) tools.say(`  ${key}: ${lag} not read, ${pending} not done`)
      }
      if (shards.length === 0) tools.say(`${stream}: nobody has read it yet`)
    }
  },
}
