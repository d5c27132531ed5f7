import { BEARER_PREFIX, SUBPROTOCOL } from '@farmgate/contracts/close-codes.ts'
import { token } from '@farmgate/testing/tokens.ts'
import WebSocket from 'ws'
import { resourcesOf } from '../evidence.ts'
import type { FaultCase } from '../fault-case.ts'
import { expectSoon, expectThat } from '../strike.ts'

const READERS = 50
const SHORT_READERS = 10
/** 12 KB. */
const TEXT = '€'.repeat(4_000)
const AT_ONCE = 50
/** 18 MB: more than the kernel (4 MB of ours, 6 MB of theirs) and the gateway hold for anybody. */
const SENDS = 1_500
/** Who does not answer the goodbye for 5 s is hung up on: then what was in front of it is all that arrives. */
const CLOSED = [4413, 1006]
/** At 50 readers of 1 MiB each, and what was there before. */
const MOST_MB = 400

/** They take what the kernel holds for them (some MB each), then 1 MiB of the gateway, then 4413. */
export const f19: FaultCase = {
  id: 'F19',
  name: '50 readers that do not read',
  // Who does not read does not answer a heartbeat, either: it is the waiting bytes that are looked at here.
  world: { env: { HEARTBEAT_S: '300' } },
  async run(trial) {
    const { world, load, short } = trial
    const [room] = load.conversations
    if (!room) throw new Error('no room')
    const readers = Array.from({ length: short ? SHORT_READERS : READERS }, () =>
      deafReader(world.stack.urls['ws-gateway'], room),
    )
    await expectSoon(trial, 'they are connected', () => readers.every(({ isOpen }) => isOpen()))
    for (const { deafen } of readers) deafen()
    const gateways = world.stack.services['ws-gateway']
    let most = 0
    for (let sent = 0; sent < SENDS; sent += AT_ONCE) {
      for (let i = 0; i < AT_ONCE; i++) room.customer.send(TEXT)
      await room.customer.settled(trial.within(20_000))
      const now = await Promise.all(gateways.map(({ pid }) => resourcesOf(pid)))
      most = Math.max(most, ...now.map(({ rssMb }) => rssMb))
    }
    for (const reader of readers) reader.listen()
    const codes = () => readers.map(({ code }) => code() ?? 0)
    await expectSoon(trial, 'all have been closed', () => !codes().includes(0), 20_000)
    const others = codes().filter((code) => !CLOSED.includes(code))
    expectThat(`as too slow, not with ${others}`, others.length === 0)
    expectThat(`a gateway stays below ${MOST_MB} MB: ${Math.round(most)}`, most < MOST_MB)
  },
}

function deafReader(url: string, { room_id, farmer_id }: { room_id: string; farmer_id: string }) {
  const protocols = [SUBPROTOCOL, `${BEARER_PREFIX}${token(farmer_id)}`]
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/chat/${room_id}/`, protocols)
  let closed: number | undefined
  socket.on('close', (code) => {
    closed = code
  })
  socket.on('error', () => undefined) // a close follows
  return {
    isOpen: () => socket.readyState === WebSocket.OPEN,
    deafen: () => socket.pause(),
    listen: () => socket.resume(),
    code: () => closed,
  }
}
