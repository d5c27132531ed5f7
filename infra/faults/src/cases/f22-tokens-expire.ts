import { BEARER_PREFIX, SUBPROTOCOL } from '@farmgate/contracts/close-codes.ts'
import { nowS, token } from '@farmgate/testing/tokens.ts'
import WebSocket from 'ws'
import type { FaultCase } from '../fault-case.ts'
import { expectSoon, expectThat } from '../strike.ts'

const LIVES_S = 3

/** One lets its token expire, one brings another in time, one another's. */
export const f22: FaultCase = {
  id: 'F22',
  name: 'tokens expire in mid-connection: refreshed in band, or 4401',
  async run(trial) {
    const { world, load } = trial
    const [room] = load.conversations
    if (!room) throw new Error('no room')
    const exp = nowS() + LIVES_S
    const [lazy, careful, thief] = [0, 1, 2].map(() => dial(world.stack.wsUrl, room, exp))
    if (!lazy || !careful || !thief) throw new Error('no sockets')
    await expectSoon(trial, 'all are in', () => [lazy, careful, thief].every(({ isIn }) => isIn()))
    careful.refresh(token(room.customer_id))
    thief.refresh(token('somebody-else'))
    await expectSoon(trial, 'who brings another identity is closed', () => thief.code() === 4401)
    await expectSoon(trial, 'who lets it expire is closed', () => lazy.code() === 4401)
    expectThat('not before its time', Date.now() >= exp * 1_000)
    expectThat('who refreshed stays', careful.code() === undefined)
    careful.hangUp()
  },
}

function dial(wsUrl: string, { room_id, customer_id }: { room_id: string; customer_id: string }, exp: number) {
  const protocols = [SUBPROTOCOL, `${BEARER_PREFIX}${token(customer_id, { exp })}`]
  const socket = new WebSocket(`${wsUrl}/ws/chat/${room_id}/`, protocols)
  let closed: number | undefined
  let welcomed = false
  socket.on('message', () => {
    welcomed = true
  })
  socket.on('close', (code) => {
    closed = code
  })
  socket.on('error', () => undefined) // a close follows
  return {
    isIn: () => welcomed,
    code: () => closed,
    refresh: (jwt: string) => socket.send(JSON.stringify({ type: 'token.refresh', token: jwt })),
    hangUp: () => socket.terminate(),
  }
}
