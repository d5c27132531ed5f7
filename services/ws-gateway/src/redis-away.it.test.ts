import { until } from '@farmgate/testing/until.ts'
import { describe, expect, it } from 'vitest'
import { useGateways } from './gateways.fixture.ts'

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('while Redis is away', () => {
  const rig = useGateways({ count: 2, env: { RATE_LIMITS: 'off' } })

  const updated = (at: number) => JSON.stringify({ type: 'room.updated', at })

  it('sends are acknowledged at once, and every other gateway has them, and the receipts, within 5 s', async () => {
    const room = rig.backend.openRoom()
    const [sender, other] = await Promise.all([
      rig.enter(room.id, 'c-1', rig.at(0)),
      rig.enter(room.id, 'f-1', rig.at(1)),
    ])
    const list = rig.open('/ws/inbox/', { user: 'f-1' }, rig.at(1))
    await list.hears('welcome')
    rig.redis.pause()
    rig.backend.state.silent = true
    try {
      const at = Date.now()
      for (const n of range(1, 20)) sender.say({ type: 'message.send', client_message_id: `m-${n}`, body: `${n}` })
      other.say({ type: 'read', seq: 0 })
      await sender.hears('message.created', 20, 2_000)
      expect(Date.now() - at).toBeLessThan(1_500)
      await other.hears('message.created', 20, 5_000)
      expect(other.revs()).toEqual(range(1, 20))
      other.say({ type: 'read', seq: 20 })
      await sender.hears('read', 1, 5_000)
      for (const at of range(1, 1_001)) await rig.backend.showCard('f-1', crypto.randomUUID(), updated(at))
      await list.hears('room.updated', 1_001, 5_000)

      const late = await rig.enter(room.id, 'f-1', rig.at(0), {}, '?after_rev=5')
      await late.hears('caught_up')
      expect(late.revs()).toEqual(range(6, 20))
      sender.say({ type: 'typing', is_typing: true })
      await late.hears('typing')
    } finally {
      rig.redis.resume()
      rig.backend.state.silent = false
    }
    // Live again by the stream, not by comparing: well before the next round.
    await until(async () => {
      const count = other.messages().length
      await rig.backend.post(room, 'f-1', 'back')
      return until(() => other.messages().length > count, { within: 300 })
    })
    const told = list.of('room.updated').map(({ at }) => Number(at))
    expect(told.sort((a, b) => a - b)).toEqual(range(1, 1_001))
    for (const socket of [sender, other]) {
      await until(() => socket.messages().length === room.changes.length)
      expect(socket.revs()).toEqual(range(1, room.changes.length))
    }
  })

  it('nothing is lost or doubled when it comes back with nothing in it', async () => {
    const room = rig.backend.openRoom()
    const [sender, other] = await Promise.all([
      rig.enter(room.id, 'c-1', rig.at(0)),
      rig.enter(room.id, 'f-1', rig.at(1)),
    ])
    const say = (n: number) => sender.say({ type: 'message.send', client_message_id: `m-${n}`, body: `${n}` })
    range(1, 5).forEach(say)
    await other.hears('message.created', 5)
    const restarted = rig.redis.restartEmpty()
    range(6, 25).forEach(say)
    await restarted
    range(26, 30).forEach(say)
    for (const socket of [sender, other]) {
      await socket.hears('message.created', 30, 10_000)
      expect(socket.revs()).toEqual(range(1, 30))
    }
  })
})
