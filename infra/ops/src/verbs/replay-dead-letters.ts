import { listDeadLetters, replayDeadLetter } from '@farmgate/streams/dead-letters.ts'
import { hearers, streamNamed } from '../streams.ts'
import { argument, type Verb } from '../verb.ts'

/** Of each shard at a time: replayed letters make room for the next. */
const MOST = 100

export const replayDeadLetters: Verb = {
  usage: `dead-letters replay <${[...hearers.keys()].join('|')}> [id]`,
  help: `Puts the entries that were given up, or the one with this id, back at the end of their stream, and removes the
letters, each in one step. Every service that hears the stream gets them again; what it has had changes nothing. What
still fails is a dead letter again.`,
  async run(args, tools) {
    const stream = streamNamed(argument(args, 0, 'The stream'))
    const redis = await tools.redis()
    // What fails again comes back as a new letter while we are at it: those are for the next time.
    const [begunS, begunUs] = (await redis.time()).map(Number)
    const begunMs = (begunS ?? 0) * 1_000 + (begunUs ?? 0) / 1_000
    const isOld = ({ id }: { id: string }) => Number(id.split('-')[0]) <= begunMs
    const seen = new Set<string>()
    let replayed = 0
    for (;;) {
      const letters = (await listDeadLetters(redis, stream, { most: MOST })).filter(
        (letter) => isOld(letter) && (args[1] === undefined || letter.id === args[1]) && !seen.has(letter.id),
      )
      if (letters.length === 0) break
      for (const letter of letters) {
        seen.add(letter.id)
        if (await replayDeadLetter(redis, letter)) replayed++
      }
    }
    tools.say(`${replayed} entries put back on ${stream}`)
  },
}
