import { until } from '@farmgate/testing/until.ts'
import { describe, expect, it } from 'vitest'
import { useGateways } from './gateways.fixture.ts'

describe('presence', () => {
  const rig = useGateways({ count: 2 })

  it('shows each party once over all gateways: from the first socket to the end of the last', async () => {
    const room = rig.backend.openRoom()
    const farmer = await rig.enter(room.id, 'f-1', rig.at(0))
    const [here, there] = [await rig.enter(room.id, 'c-1', rig.at(0)), await rig.enter(room.id, 'c-1', rig.at(1))]
    expect(await farmer.hears('presence')).toEqual([
      { type: 'presence', user_id: 'c-1', online: true, last_seen_at: null },
    ])
    expect(there.frames[0]?.online).toEqual(expect.arrayContaining(['c-1', 'f-1']))
    await here.close()
    const witness = await rig.enter(room.id, 'f-1', rig.at(0))
    expect(witness.frames[0]?.online).toEqual(expect.arrayContaining(['c-1', 'f-1']))
    await there.close()
    const [, gone] = await farmer.hears('presence', 2)
    expect(gone).toMatchObject({ user_id: 'c-1', online: false })
    expect(Date.parse(String(gone?.last_seen_at))).toBeGreaterThan(Date.now() - 5_000)
    expect(farmer.of('presence')).toHaveLength(2)
    expect(here.of('presence')).toEqual([])
  })

  it('sees a user of another gateway come and go', async () => {
    const room = rig.backend.openRoom()
    const farmer = await rig.enter(room.id, 'f-1', rig.at(0))
    const customer = await rig.enter(room.id, 'c-1', rig.at(1))
    expect(await farmer.hears('presence')).toMatchObject([{ user_id: 'c-1', online: true }])
    await customer.close()
    expect(await farmer.hears('presence', 2)).toMatchObject([{}, { user_id: 'c-1', online: false }])
    const late = await rig.enter(room.id, 'c-1', rig.at(1))
    expect(late.frames[0]?.online).toEqual(expect.arrayContaining(['f-1']))
  })

  it('is written again after Redis has lost everything', async () => {
    const room = rig.backend.openRoom()
    await rig.enter(room.id, 'f-1', rig.at(0))
    await rig.backend.redis.flushall()
    await until(() => rig.backend.redis.hlen(`farmgate:presence:{${room.id}}`), { within: 8_000 })
    const customer = await rig.enter(room.id, 'c-1', rig.at(1))
    await until(
      () =>
        [customer.frames[0]?.online, ...customer.of('presence').map(({ user_id }) => user_id)].flat().includes('f-1'),
      { within: 8_000 },
    )
  })

  it('ends within 12 s of the death of a gateway, and a new one does not believe what it left behind', async () => {
    const doomed = await rig.start()
    const room = rig.backend.openRoom()
    const farmer = await rig.enter(room.id, 'f-1', rig.at(0))
    await rig.enter(room.id, 'c-1', doomed)
    await farmer.hears('presence')
    doomed.kill('SIGKILL')
    const [, gone] = await farmer.hears('presence', 2, 12_500)
    expect(gone).toMatchObject({ user_id: 'c-1', online: false })
    await until(async () => (await rig.backend.redis.hlen(`farmgate:presence:{${room.id}}`)) === 1)
  })
})

describe('typing', () => {
  const rig = useGateways({ count: 2 })

  it('reaches the other party on every gateway, and none of the sockets of the one it is about', async () => {
    const room = rig.backend.openRoom()
    const [typist, tab, here, there] = await Promise.all([
      rig.enter(room.id, 'c-1', rig.at(0)),
      rig.enter(room.id, 'c-1', rig.at(1)),
      rig.enter(room.id, 'f-1', rig.at(0)),
      rig.enter(room.id, 'f-1', rig.at(1)),
    ])
    typist.say({ type: 'typing', is_typing: true })
    await here.hears('typing')
    await there.hears('typing')
    await until(() => {
      typist.say({ type: 'typing', is_typing: false })
      return here.of('typing').length === 2
    })
    for (const socket of [here, there]) {
      expect(await socket.hears('typing', 2)).toEqual([
        { type: 'typing', user_id: 'c-1', is_typing: true },
        { type: 'typing', user_id: 'c-1', is_typing: false },
      ])
    }
    expect([...typist.of('typing'), ...tab.of('typing')]).toEqual([])
  })

  it('expires by itself after 6 s, on every gateway', async () => {
    const room = rig.backend.openRoom()
    const [typist, here, there] = await Promise.all([
      rig.enter(room.id, 'c-1', rig.at(0)),
      rig.enter(room.id, 'f-1', rig.at(0)),
      rig.enter(room.id, 'f-1', rig.at(1)),
    ])
    const at = Date.now()
    typist.say({ type: 'typing', is_typing: true })
    for (const socket of [here, there])
      expect(await socket.hears('typing', 2, 8_000)).toMatchObject([{}, { is_typing: false }])
    expect(Date.now() - at).toBeGreaterThanOrEqual(6_000)
  })

  it('goes on where another tab of the same user types', async () => {
    const room = rig.backend.openRoom()
    const [tab, other, farmer] = await Promise.all([
      rig.enter(room.id, 'c-1', rig.at(0)),
      rig.enter(room.id, 'c-1', rig.at(0)),
      rig.enter(room.id, 'f-1', rig.at(0)),
    ])
    tab.say({ type: 'typing', is_typing: true })
    other.say({ type: 'typing', is_typing: true })
    await farmer.hears('typing', 2)
    await tab.close()
    await rig.backend.post(room, 'c-1', 'later')
    await farmer.hears('message.created')
    expect(farmer.of('typing')).toMatchObject([{ is_typing: true }, { is_typing: true }])
    await other.close()
    expect(await farmer.hears('typing', 3)).toMatchObject([{}, {}, { is_typing: false }])
  })

  it('ends with the socket that said it', async () => {
    const room = rig.backend.openRoom()
    const [typist, there] = await Promise.all([
      rig.enter(room.id, 'c-1', rig.at(0)),
      rig.enter(room.id, 'f-1', rig.at(1)),
    ])
    typist.say({ type: 'typing', is_typing: true })
    await there.hears('typing')
    await typist.close()
    expect(await there.hears('typing', 2)).toMatchObject([{}, { is_typing: false }])
  })
})
