import { setTimeout as wait } from 'node:timers/promises'
import { RoomClient } from '@farmgate/test/e2e/room-client.ts'
import { openCrowd } from '../crowd.ts'
import type { FaultCase, Trial } from '../fault-case.ts'
import type { Conversation } from '../load.ts'
import { expectSoon, expectThat, signalPostgres } from '../strike.ts'

const MS = 15_000
const SHORT_MS = 7_000
const REFUSED_WITHIN_MS = 5_500
const SETTLED_WITHIN_MS = 10_000
const LISTENERS = 50

/** A refusal within 5 s, sockets that stay, liveness that stays green. */
export const f08: FaultCase = {
  id: 'F8',
  name: 'SIGSTOP Postgres for 15 s: refusals within 5 s, sockets stay',
  async run(trial) {
    const { world, load, short, within } = trial
    const [room] = load.conversations
    if (!room) throw new Error('no room')
    // Of our own: those of the load lose their connections, and nobody comes in again while Postgres stands still.
    await using crowd = await openCrowd(trial, LISTENERS)
    await using opened = new AsyncDisposableStack()
    const farmer = opened.adopt(new RoomClient(world.stack.wsUrl, room.room_id, room.farmer_id), (it) => it.close())
    await expectSoon(trial, 'the farmer is in', () => farmer.isIn)
    await signalPostgres({ world }, 'SIGSTOP')
    const thawed = wait(short ? SHORT_MS : MS).then(() => signalPostgres({ world }, 'SIGCONT'))
    await Promise.all([expectSendRefused(trial, farmer), expectRequestRefused(trial, room)])
    const alive = await fetch(`${world.stack.urls['messages-api']}/healthz`)
    expectThat('messages-api lives', alive.status === 200)
    await expectSoon(trial, 'it says that it cannot serve', () => isUnready(trial))
    await thawed
    const closed = crowd.lost() + farmer.closes.length
    expectThat(`no socket was closed: ${closed}`, closed === 0)
    await farmer.settled(within(SETTLED_WITHIN_MS))
  },
}

async function expectSendRefused({ within }: Trial, farmer: RoomClient) {
  const id = farmer.send('said without Postgres')
  const { code } = await farmer.next('error', (frame) => frame.client_message_id === id, within(REFUSED_WITHIN_MS))
  expectThat(`a send is refused as unavailable, not as ${code}`, code === 'unavailable')
}

async function expectRequestRefused({ world, within }: Trial, { room_id, customer_id }: Conversation) {
  const asked = Date.now()
  const { status } = await world.history.ask(customer_id, 'GET', `/chat/rooms/${room_id}/`)
  const ms = Date.now() - asked
  expectThat(`503, not ${status}, after ${ms} ms`, status === 503 && ms < within(REFUSED_WITHIN_MS))
}

const isUnready = async ({ world }: Trial) => (await fetch(`${world.stack.url}/readyz`)).status === 503
