import { SENDS_LINE } from '@farmgate/contracts/internal-messages.ts'
import { createdFields, FRAMES_STREAM } from '@farmgate/contracts/message-events.ts'
import { publish } from '@farmgate/streams/publish.ts'
import { until } from '@farmgate/testing/until.ts'
import { describe, expect, it } from 'vitest'
import type { TestSocket } from '../gateway.fixture.ts'
import { useGateways } from '../gateways.fixture.ts'

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('the room socket', () => {
  const rig = useGateways({ count: 2, env: { RATE_LIMITS: 'off' } })
  const enter = (n: number, roomId: string, user: string, query = '') => rig.enter(roomId, user, rig.at(n), {}, query)
  const send = (socket: TestSocket, id: string, body = `body of ${id}`) =>
    socket.say({ type: 'message.send', client_message_id: id, body })

  it('welcomes first, with where the room stands', async () => {
    const room = rig.backend.openRoom(3)
    const socket = await enter(0, room.id, 'c-1')
    expect(socket.frames[0]).toEqual({
      type: 'welcome',
      room_id: room.id,
      user_id: 'c-1',
      last_seq: 3,
      rev: 3,
      read: { customer_seq: 0, farmer_seq: 0 },
      online: ['c-1'],
      order_status: null,
      heartbeat_s: 20,
    })
  })

  it('acknowledges a send by its live frame, to every socket of the room, on every gateway, once', async () => {
    const room = rig.backend.openRoom(1)
    const [sender, tab, other] = await Promise.all([
      enter(0, room.id, 'c-1'),
      enter(0, room.id, 'c-1'),
      enter(1, room.id, 'f-1'),
    ])
    for (const n of range(1, 20)) send(sender, `m-${n}`)
    for (const socket of [sender, tab, other]) {
      await socket.hears('message.created', 20)
      expect(socket.revs()).toEqual(range(2, 21))
      expect(socket.messages().map(({ body }) => body)).toEqual(range(1, 20).map((n) => `body of m-${n}`))
    }
    send(other, 'last')
    await sender.hears('message.created', 21)
    await other.hears('message.created', 21)
    expect(sender.revs()).toEqual(range(2, 22))
  })

  it('takes frames that come before the welcome', async () => {
    const room = rig.backend.openRoom()
    const socket = rig.open(`/ws/chat/${room.id}/`, { user: 'c-1' })
    socket.ws.on('open', () => {
      send(socket, 'early')
      socket.say({ type: 'ping' })
    })
    await socket.hears('message.created')
    expect(socket.frames.map(({ type }) => type)).toEqual(['welcome', 'pong', 'message.created'])
  })

  it('keeps all that comes before the welcome, however much it is', async () => {
    const room = rig.backend.openRoom()
    const join = Promise.withResolvers<void>()
    rig.backend.before.set('/internal/messages/join/', () => join.promise)
    const socket = rig.open(`/ws/chat/${room.id}/`, { user: 'c-1' })
    await until(() => socket.isOpen())
    for (const n of range(1, 600)) send(socket, `m-${n}`, 'x'.repeat(4_000))
    join.resolve()
    await socket.hears('message.created', 600)
    expect(room.messages.map(({ client_message_id }) => client_message_id)).toEqual(range(1, 600).map((n) => `m-${n}`))
  })

  it('sends do not wait behind those who come back', async () => {
    const [room, busy] = [rig.backend.openRoom(), rig.backend.openRoom(1)]
    const socket = await enter(0, room.id, 'c-1')
    const page = Promise.withResolvers<void>()
    rig.backend.before.set('/internal/messages/missed/', () => page.promise)
    const late = range(1, 40).map(() => rig.open(`/ws/chat/${busy.id}/?after_rev=0`, { user: 'c-1' }))
    const asked = () => rig.backend.askedOf('missed').filter(({ body }) => JSON.stringify(body).includes(busy.id))
    await until(() => asked().length >= 16)
    send(socket, 'live')
    await socket.hears('message.created', 1, 1_500)
    page.resolve()
    for (const one of late) await one.hears('caught_up')
  })

  it('acknowledges a repeated send to the repeating socket only, with its old rev', async () => {
    const room = rig.backend.openRoom()
    const [first, other] = await Promise.all([enter(0, room.id, 'c-1'), enter(1, room.id, 'f-1')])
    send(first, 'same')
    send(first, 'next')
    await first.hears('message.created', 2)
    send(first, 'same')
    await first.hears('message.created', 3)
    expect(first.revs()).toEqual([1, 2, 1])
    send(first, 'after')
    await other.hears('message.created', 3)
    expect(other.revs()).toEqual([1, 2, 3])
    expect(first.revs()).toEqual([1, 2, 1, 3])
  })

  it('repeats a batch whose answer was lost, keeps the order and acknowledges once', async () => {
    const room = rig.backend.openRoom()
    const socket = await enter(0, room.id, 'c-1')
    rig.backend.state.loseAnswers = 2
    for (const n of range(1, 10)) send(socket, `m-${n}`)
    await socket.hears('message.created', 10)
    expect(socket.revs()).toEqual(range(1, 10))
    expect(room.messages.map(({ client_message_id }) => client_message_id)).toEqual(range(1, 10).map((n) => `m-${n}`))
  })

  it('says unavailable for each send that cannot be stored in time, and the socket stays open', async () => {
    const room = rig.backend.openRoom()
    const socket = await enter(0, room.id, 'c-1')
    rig.backend.state.away = true
    send(socket, 'lost')
    const [error] = await socket.hears('error', 1, 8_000)
    expect(error).toMatchObject({ code: 'unavailable', client_message_id: 'lost' })
    rig.backend.state.away = false
    send(socket, 'lost')
    await socket.hears('message.created')
  })

  it('passes a refusal on with its code and client_message_id', async () => {
    const room = rig.backend.openRoom()
    const socket = await enter(0, room.id, 'c-1')
    send(socket, 'm-1', 'refuse me')
    const [error] = await socket.hears('error')
    expect(error).toEqual({ type: 'error', code: 'unknown_image', detail: 'no such image', client_message_id: 'm-1' })
  })

  it('reads no more from a socket with too much in flight, and goes on when it is answered', async () => {
    const room = rig.backend.openRoom()
    const socket = await enter(0, room.id, 'c-1')
    const answer = Promise.withResolvers<void>()
    rig.backend.before.set(SENDS_LINE, () => answer.promise)
    const body = 'x'.repeat(1_000)
    for (const n of range(1, 4_000)) send(socket, `m-${n}`, body)
    socket.say({ type: 'ping' })
    await until(() => rig.backend.askedOf('sends').some((batch) => JSON.stringify(batch).includes(room.id)))
    await expect(socket.hears('pong', 1, 500)).rejects.toThrow()
    const metrics = await (await fetch(`${rig.at(0).url}/metrics`)).text()
    expect(metrics).toMatch(/sockets_held_back_total\{[^}]*\} [1-9]/)
    answer.resolve()
    await socket.hears('message.created', 4_000, 10_000)
    expect(socket.revs()).toEqual(range(1, 4_000))
    expect(socket.of('error')).toEqual([])
    await socket.hears('pong')
  })

  it('edits and deletes, in order, for everybody', async () => {
    const room = rig.backend.openRoom(1)
    const [mine, other] = await Promise.all([enter(0, room.id, 'c-1'), enter(1, room.id, 'f-1')])
    const message_id = room.messages[0]?.message_id
    mine.say({ type: 'message.edit', message_id, body: 'better' })
    mine.say({ type: 'message.delete', message_id })
    for (const socket of [mine, other]) {
      await socket.hears('message.deleted')
      expect(socket.frames.slice(1).map(({ type }) => type)).toContain('message.updated')
      expect(socket.revs()).toEqual([2, 3])
    }
    mine.say({ type: 'message.delete', message_id: crypto.randomUUID() })
    expect(await mine.hears('error')).toMatchObject([{ code: 'unknown_message' }])
  })

  it('moves a read marker for everybody, once, and never back', async () => {
    const room = rig.backend.openRoom(9)
    const [reader, other] = await Promise.all([enter(0, room.id, 'f-1'), enter(1, room.id, 'c-1')])
    reader.say({ type: 'read', seq: 5 })
    await other.hears('read')
    reader.say({ type: 'read', seq: 3 })
    reader.say({ type: 'read', seq: 7 })
    await other.hears('read', 2)
    await reader.hears('read', 2)
    expect(other.of('read').map(({ user_id, seq }) => [user_id, seq])).toEqual([
      ['f-1', 5],
      ['f-1', 7],
    ])
    expect(reader.of('read')).toHaveLength(2)
  })

  it('answers bad frames with an error, and says which message they were about', async () => {
    const room = rig.backend.openRoom()
    const socket = await enter(0, room.id, 'c-1')
    const bad = [
      'not JSON',
      '[1]',
      { type: 'shout' },
      { type: 'welcome' },
      { type: 'message.send', client_message_id: 'm-1', body: 'x', seq: 1 },
      { type: 'message.send', client_message_id: 'm-2', body: '  ' },
      { type: '__proto__' },
    ]
    for (const frame of bad) socket.say(frame)
    const errors = await socket.hears('error', bad.length)
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['bad_frame']))
    expect(errors.map((error) => error.client_message_id)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      'm-1',
      'm-2',
      undefined,
    ])
    expect(socket.isOpen()).toBe(true)
  })

  it('fills a gap from messages-api, and drops what it has had', async () => {
    const room = rig.backend.openRoom()
    const socket = await enter(0, room.id, 'c-1')
    for (const n of range(1, 5)) rig.backend.keepQuiet(room, 'f-1', `quiet ${n}`)
    await rig.backend.publishAgain(room, 4)
    await rig.backend.publishAgain(room, 2)
    await rig.backend.publishAgain(room, 4)
    await rig.backend.publishAgain(room, 5)
    await until(() => socket.messages().length === 5)
    expect(socket.revs()).toEqual(range(1, 5))
    expect(rig.backend.askedOf('replay').length).toBeGreaterThan(0)
  })

  it('never trusts silence: what was never said on the stream arrives within 6 s', async () => {
    const room = rig.backend.openRoom()
    const socket = await enter(0, room.id, 'c-1')
    rig.backend.keepQuiet(room, 'f-1', 'quiet')
    room.read.set('f-1', { seq: 1, at: new Date().toISOString() })
    await socket.hears('message.created', 1, 6_500)
    await socket.hears('read', 1, 6_500)
  })

  it('hears what batches created, on a stream of their own', async () => {
    const room = rig.backend.openRoom()
    const socket = await enter(0, room.id, 'c-1')
    // Not in the history: nothing else than the stream can bring it.
    const frame = '{"type":"message.created","message":{"rev":1}}'
    const fields = createdFields([{ room_id: room.id, rev: 1, frame }], 'r-1')
    await publish(rig.backend.redis, [{ stream: FRAMES_STREAM, subject: room.id, fields }])
    await socket.hears('message.created')
    expect(socket.revs()).toEqual([1])
  })

  it('forgets a forged entry, and goes on', async () => {
    const room = rig.backend.openRoom()
    const socket = await enter(0, room.id, 'c-1')
    const forged = { rev: '999', frame: '{"type":"message.created","message":{"rev":999}}', card: '' }
    const fields = { type: 'message.created', room_id: room.id, ...forged }
    await publish(rig.backend.redis, [{ stream: 'messages', subject: room.id, fields }])
    await until(() => rig.backend.askedOf('replay').some(({ body }) => JSON.stringify(body).includes(room.id)))
    await rig.backend.post(room, 'f-1', 'true')
    await socket.hears('message.created')
    expect(socket.revs()).toEqual([1])
  })

  it('starts over where it has told more than Postgres knows', async () => {
    const room = rig.backend.openRoom()
    const socket = await enter(0, room.id, 'c-1')
    const frame = '{"type":"message.created","message":{"rev":1}}'
    const fields = { type: 'message.created', room_id: room.id, rev: '1', frame, card: '' }
    await publish(rig.backend.redis, [{ stream: 'messages', subject: room.id, fields }])
    await socket.hears('message.created')
    expect(await socket.closes(6_500)).toMatchObject({ code: 1013 })
    const again = await enter(0, room.id, 'c-1', '?after_rev=1')
    await again.hears('resync')
  })

  describe('after_rev', () => {
    it('brings more missed changes than a page, then caught_up, then live ones', async () => {
      const room = rig.backend.openRoom(450)
      const socket = await enter(0, room.id, 'c-1', '?after_rev=7')
      const [caughtUp] = await socket.hears('caught_up')
      expect(caughtUp).toEqual({ type: 'caught_up', rev: 450 })
      expect(socket.revs()).toEqual(range(8, 450))
      await rig.backend.post(room, 'f-1', 'live')
      await until(() => socket.revs().at(-1) === 451)
      expect(socket.frames.findIndex(({ type }) => type === 'caught_up')).toBe(1 + 443)
    })

    it('loses and doubles nothing of what happens while it catches up', async () => {
      const room = rig.backend.openRoom(600)
      let pages = 0
      rig.backend.before.set('/internal/messages/missed/', async () => {
        // Before each of the first pages more happens than is kept for a socket.
        if (++pages <= 3) for (const n of range(1, 120)) await rig.backend.post(room, 'f-1', `meanwhile ${n}`)
      })
      const socket = await enter(0, room.id, 'c-1', '?after_rev=0')
      await socket.hears('caught_up', 1, 15_000)
      await rig.backend.post(room, 'f-1', 'last')
      await until(() => socket.revs().at(-1) === room.changes.length)
      expect(socket.revs()).toEqual(range(1, room.changes.length))
    })

    it('says each message once, in its present state', async () => {
      const room = rig.backend.openRoom(2)
      const editor = await enter(0, room.id, 'c-1')
      editor.say({ type: 'message.edit', message_id: room.messages[0]?.message_id, body: 'better' })
      await editor.hears('message.updated')
      const socket = await enter(1, room.id, 'f-1', '?after_rev=0')
      await socket.hears('caught_up')
      expect(socket.messages().map(({ rev, body }) => [rev, body])).toEqual([
        [2, 'message 2'],
        [3, 'better'],
      ])
    })

    it('calls created what was made since, on every page', async () => {
      const room = rig.backend.openRoom(1)
      for (const n of range(1, 250)) rig.backend.keepQuiet(room, 'c-1', `since ${n}`)
      const editor = await enter(0, room.id, 'c-1')
      for (const { message_id } of room.messages.slice(0, 2))
        editor.say({ type: 'message.edit', message_id, body: 'x' })
      await editor.hears('message.updated', 2)
      const socket = await enter(1, room.id, 'f-1', '?after_rev=1')
      await socket.hears('caught_up')
      expect([socket.of('message.created').length, socket.of('message.updated').length]).toEqual([250, 1])
    })

    it('has nothing to say to one who missed nothing', async () => {
      const room = rig.backend.openRoom(2)
      const socket = await enter(0, room.id, 'c-1', '?after_rev=2')
      expect(await socket.hears('caught_up')).toEqual([{ type: 'caught_up', rev: 2 }])
      expect(socket.frames).toHaveLength(2)
    })

    it('says resync to one who knows more than the server, and goes on live', async () => {
      const room = rig.backend.openRoom(2)
      const socket = await enter(0, room.id, 'c-1', '?after_rev=99999999999999999999')
      await socket.hears('resync')
      await rig.backend.post(room, 'f-1', 'live')
      await socket.hears('message.created')
      expect(socket.frames.map(({ type }) => type)).toEqual(['welcome', 'resync', 'message.created'])
    })

    it('closes with 4400 where it is no number', async () => {
      const room = rig.backend.openRoom()
      const socket = rig.open(`/ws/chat/${room.id}/?after_rev=-1`, { user: 'c-1' })
      expect(await socket.closes()).toMatchObject({ code: 4400 })
    })
  })
})
