import { nowS, token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { describe, expect, it } from 'vitest'
import { useGateways } from '../gateways.fixture.ts'

describe('the inbox socket', () => {
  const rig = useGateways({ count: 2 })
  const [roomA, roomB] = [crypto.randomUUID(), crypto.randomUUID()]
  const card = (room: string) => JSON.stringify({ type: 'room.updated', room: { room_id: room }, total_unread: 1 })

  it('welcomes with the unread total, then passes on the cards of its user, and of nobody else', async () => {
    const mine = [0, 1].map((n) => rig.open('/ws/inbox/', { user: 'f-2' }, rig.at(n)))
    const other = rig.open('/ws/inbox/', { user: 'f-3' })
    for (const socket of [...mine, other]) await socket.hears('welcome')
    expect(mine[0]?.frames).toEqual([{ type: 'welcome', user_id: 'f-2', total_unread: 3, heartbeat_s: 20 }])
    await rig.backend.showCard('f-2', roomA, card('a'))
    await rig.backend.showCard('f-2', roomB, card('b'))
    for (const socket of mine) {
      const heard = await socket.hears('room.updated', 2)
      expect(heard).toEqual([JSON.parse(card('a')), JSON.parse(card('b'))])
    }
    await rig.backend.showCard('f-3', roomA, card('c'))
    await other.hears('room.updated')
    expect(other.frames).toHaveLength(2)
  })

  it('keeps a card that comes before the welcome, and says it after', async () => {
    const witness = rig.open('/ws/inbox/', { user: 'f-4' })
    await witness.hears('welcome')
    rig.backend.before.set('/internal/rooms/inbox/', async () => {
      await rig.backend.showCard('f-4', roomA, card('a'))
      // The other list has it: then it has passed.
      await witness.hears('room.updated')
    })
    const socket = rig.open('/ws/inbox/', { user: 'f-4' })
    await socket.hears('room.updated')
    expect(socket.frames.map(({ type }) => type)).toEqual(['welcome', 'room.updated'])
  })

  it('corrects an older card that was told last, once, on every gateway', async () => {
    const lists = [0, 1].map((n) => rig.open('/ws/inbox/', { user: 'f-5' }, rig.at(n)))
    for (const list of lists) await list.hears('welcome')
    await rig.backend.showCard('f-5', roomA, card('newer'))
    await rig.backend.showCard('f-5', roomB, card('b'))
    await rig.backend.sayCard('f-5', roomA, card('older'))
    const asked = () => rig.backend.askedOf('inbox-changes').length
    for (const list of lists) {
      const heard = await list.hears('room.updated', 4, 7_000)
      expect(heard).toEqual(['newer', 'b', 'older', 'newer'].map((room) => JSON.parse(card(room))))
    }
    const before = asked()
    await until(() => asked() >= before + 4, { within: 13_000, what: 'two more rounds of each gateway' })
    for (const list of lists) expect(list.of('room.updated')).toHaveLength(4)
  })

  it('says nothing to a new list of what its welcome knew', async () => {
    await rig.backend.showCard('f-6', roomA, card('a'))
    const list = rig.open('/ws/inbox/', { user: 'f-6' })
    await list.hears('welcome')
    const asked = () => rig.backend.askedOf('inbox-changes').filter(({ body }) => JSON.stringify(body).includes('f-6'))
    await until(() => asked().length >= 2, { within: 12_000, what: 'two rounds' })
    expect(list.of('room.updated')).toEqual([])
  })

  it('takes ping and token.refresh only', async () => {
    const socket = rig.open('/ws/inbox/', { user: 'f-2' })
    await socket.hears('welcome')
    socket.say({ type: 'ping' })
    await socket.hears('pong')
    socket.say({ type: 'token.refresh', token: token('f-2', { exp: nowS() + 7_200 }) })
    socket.say({ type: 'message.send', client_message_id: 'm-1', body: 'x' })
    expect(await socket.hears('error')).toMatchObject([{ code: 'bad_frame', client_message_id: 'm-1' }])
    socket.say({ type: 'token.refresh', token: token('f-3', { exp: nowS() + 9_000 }) })
    expect(await socket.closes()).toMatchObject({ code: 4401 })
  })
})
