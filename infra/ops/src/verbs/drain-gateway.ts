import { DEADLINE_MS } from '../tools.ts'
import { argument, type Verb } from '../verb.ts'

export const drainGateway: Verb = {
  usage: 'drain <url>',
  help: `Empties the gateway at this address (its own port, not the one origin): it is not ready any more, sends what it was
given, closes its sockets with 1012 so that they come back elsewhere, and takes no new ones. It lives on until it is
stopped; only a new start takes sockets again. Where it is the only gateway, nobody is live until then.`,
  async run(args, tools) {
    const url = argument(args, 0, 'The address')
    await tools.gateway(url).post('/internal/drain/', {}, { deadlineMs: 3 * DEADLINE_MS })
    tools.say(`${url} is empty, and takes no socket until it is started anew: its clients need another gateway`)
  },
}
