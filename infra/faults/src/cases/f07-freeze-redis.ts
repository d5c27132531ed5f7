import type { FaultCase } from '../fault-case.ts'
import { untilUnderWay } from '../load.ts'
import { freeze } from '../strike.ts'

const MS = 15_000
const SHORT_MS = 6_000
/** Far less than the load says meanwhile, and more than was under way when Redis stopped. */
const SENDS = 100

/** What the gateways promise while they have nothing but messages-api to ask. */
const LIVE_WITHIN_MS = 5_000

export const f07: FaultCase = {
  id: 'F7',
  name: 'SIGSTOP Redis for 15 s: sends are acknowledged all the while',
  async run({ world, load, short, within }) {
    const [room] = load.conversations
    if (!room) throw new Error('no room')
    const frozen = freeze([world.stack.redis], short ? SHORT_MS : MS)
    const id = room.customer.send('said without Redis')
    const hears = room.farmer.next(
      'message.created',
      ({ message }) => message.client_message_id === id,
      within(LIVE_WITHIN_MS),
    )
    await Promise.all([frozen, hears, untilUnderWay(load, SENDS)])
  },
}
