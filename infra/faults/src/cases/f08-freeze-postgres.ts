import { setTimeout as wait } from 'node:timers/promises'
import type { FaultCase } from '../fault-case.ts'
import { expectSoon, expectThat, signalPostgres } from '../strike.ts'

const MS = 15_000
const SHORT_MS = 7_000
const REFUSED_WITHIN_MS = 5_500

/** A refusal within 5 s, sockets that stay, liveness that stays green. */
export const f08: FaultCase = {
  id: 'F8',
  name: 'SIGSTOP Postgres for 15 s: refusals within 5 s, sockets stay',
  async run({ world, load, short }) {
    const [room] = load.conversations
    if (!room) throw new Error('no room')
    const closesBefore = room.farmer.closes.length
    await signalPostgres({ world }, 'SIGSTOP')
    const thawed = wait(short ? SHORT_MS : MS).then(() => signalPostgres({ world }, 'SIGCONT'))
    const asked = Date.now()
    const id = room.farmer.send('said without Postgres')
    const refused = room.farmer.next('error', (frame) => frame.client_message_id === id, REFUSED_WITHIN_MS)
    const answer = await world.history.ask(room.customer_id, 'GET', `/chat/rooms/${room.room_id}/`)
    expectThat(
      `503, not ${answer.status}, after ${Date.now() - asked} ms`,
      answer.status === 503 && Date.now() - asked < REFUSED_WITHIN_MS,
    )
    expectThat('a send is refused as unavailable', (await refused).code === 'unavailable')
    const alive = await fetch(`${world.stack.urls['messages-api']}/healthz`)
    expectThat('messages-api lives', alive.status === 200)
    await expectSoon(
      'it says that it cannot serve',
      async () => (await fetch(`${world.stack.url}/readyz`)).status === 503,
    )
    await thawed
    // The load itself lets connections fall: only our close codes would be Postgres's doing.
    const since = room.farmer.closes.slice(closesBefore)
    expectThat(
      `no socket was closed: ${since}`,
      since.every((code) => code === 1006),
    )
  },
}
