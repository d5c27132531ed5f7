import { listDeadLetters as list } from '@farmgate/streams/dead-letters.ts'
import { hearers, streamNamed } from '../streams.ts'
import type { Verb } from '../verb.ts'

export const listDeadLetters: Verb = {
  usage: `dead-letters list [${[...hearers.keys()].join('|')}]`,
  help: `Lists the entries that a service has given up on: id, who gave up, after how many deliveries, type, room and the
reason. Shows no text of a message. Changes nothing.`,
  async run([name], tools) {
    const redis = await tools.redis()
    let count = 0
    for (const stream of name ? [streamNamed(name)] : hearers.keys())
      for (const { id, key, group, deliveries, reason, fields } of await list(redis, stream)) {
        const about = `${fields.type ?? 'no type'} ${fields.room_id ?? ''}`.trim()
        tools.say(`${key} ${id}  ${group}, ${deliveries} deliveries  ${about}\n  ${reason}`)
        count++
      }
    tools.say(`${count} dead letters`)
  },
}
