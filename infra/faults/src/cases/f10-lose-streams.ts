import { streamKeys } from '@farmgate/streams/shards.ts'
import type { FaultCase, Trial } from '../fault-case.ts'

const GROUPS = [
  ['rooms', 'messages-api'],
  ['messages', 'rooms-api'],
] as const
const WHILE_STOPPED = 40

export const f10: FaultCase = {
  id: 'F10',
  name: 'FLUSHALL; groups destroyed while their workers stand still',
  async run(trial) {
    await trial.world.redis.flushall()
    await loseGroups(trial)
  },
}

/** With the groups go the positions of workers that stand still: what is said meanwhile must reach them all the same. */
export async function loseGroups({ world, load }: Trial): Promise<void> {
  const workers = world.stack.services['rooms-api']
  for (const worker of workers) worker.kill('SIGSTOP')
  await destroyGroups({ world })
  await sayInEveryRoom({ load })
  // Nothing is said after that: a later card would hide one that is lost.
  const quiet = load.quiet()
  for (const worker of workers) worker.kill('SIGCONT')
  await quiet
}

async function destroyGroups({ world }: Pick<Trial, 'world'>) {
  for (const [stream, group] of GROUPS)
    for (const key of streamKeys(stream)) await world.redis.xgroup('DESTROY', key, group).catch(isMissing)
}

/** After a flush a shard may have no stream yet. */
function isMissing(error: Error) {
  if (!/requires the key to exist/.test(error.message)) throw error
}

async function sayInEveryRoom({ load }: Pick<Trial, 'load'>) {
  const talkers = load.conversations.slice(0, WHILE_STOPPED).map(({ customer }) => customer)
  for (const talker of talkers) talker.send('said while nobody keeps cards')
  await Promise.all(talkers.map((talker) => talker.settled(15_000)))
}
