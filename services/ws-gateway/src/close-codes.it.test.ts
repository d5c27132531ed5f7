import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { SENDS_LINE } from '@farmgate/contracts/internal-messages.ts'
import { nowS, token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { describe, expect, it } from 'vitest'
import { useGateways } from './gateways.fixture.ts'

describe('a socket is closed with', () => {
  const rig = useGateways({ env: { HEARTBEAT_S: '1' } })
  const enter = (user = 'c-1', options = {}) => rig.enter(rig.backend.openRoom().id, user, rig.at(0), options)
  const bearer = (exp: number) => ({ protocols: ['farmgate.v1', `bearer.${token('c-1', { exp })}`] })
  const enterUntil = async (exp: number) => {
    const socket = rig.open(`/ws/chat/${rig.backend.openRoom().id}/`, bearer(exp))
    await socket.hears('welcome')
    return socket
  }

  it('1003: a binary frame', async () => {
    const socket = await enter()
    socket.ws.send(Buffer.from('{"type":"ping"}'), { binary: true })
    expect(await socket.closes()).toMatchObject({ code: 1003 })
  })

  it('1009: a frame of more than 64 KiB, and not one of exactly that', async () => {
    const socket = await enter()
    const frame = JSON.stringify({ type: 'ping', pad: '' })
    socket.say(frame.replace('""', `"${'x'.repeat(64 * 1024 - frame.length)}"`))
    expect(await socket.hears('error')).toMatchObject([{ code: 'bad_frame' }])
    socket.ws.send('x'.repeat(64 * 1024 + 1))
    expect(await socket.closes()).toMatchObject({ code: 1009 })
  })

  it('4400: the tenth bad frame within a minute', async () => {
    const socket = await enter()
    for (let n = 1; n <= 9; n++) socket.say('bad')
    await socket.hears('error', 9)
    socket.say({ type: 'ping' })
    await socket.hears('pong')
    socket.say('bad')
    expect(await socket.closes()).toMatchObject({ code: 4400 })
  })

  it('4401: its token expires in mid-connection', async () => {
    const exp = nowS() + 2
    const socket = await enterUntil(exp)
    expect(await socket.closes()).toMatchObject({ code: 4401 })
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000)
  })

  it('nothing, at exp, where the token was refreshed', async () => {
    const exp = nowS() + 2
    const socket = await enterUntil(exp)
    socket.say({ type: 'token.refresh', token: token('c-1', { exp: exp + 60 }) })
    socket.say({ type: 'token.refresh', token: token('c-1', { exp: exp + 30 }) })
    expect(await socket.hears('error')).toMatchObject([{ code: 'bad_request' }])
    await until(() => Date.now() > exp * 1_000 + 1_500)
    expect(socket.isOpen()).toBe(true)
  })

  it.each([
    ['a second identity', () => token('f-1', { exp: nowS() + 7_200 })],
    ['an expired one', () => token('c-1', { exp: nowS() - 60 })],
    ['rubbish', () => 'rubbish'],
  ])('4401: a refresh with %s', async (_, refresh) => {
    const socket = await enter()
    socket.say({ type: 'token.refresh', token: refresh() })
    expect(await socket.closes()).toMatchObject({ code: 4401 })
  })

  it('4408: silence for two heartbeats', async () => {
    const socket = await enter('c-1', { autoPong: false })
    const alive = await enter('f-1')
    expect(await socket.closes()).toMatchObject({ code: 4408 })
    expect(alive.isOpen()).toBe(true)
  })

  it('4413: a reader that does not read, however much is said', async () => {
    // No heartbeat in between: who does not read does not answer one, either.
    const gateway = await rig.start({ HEARTBEAT_S: '60' })
    const figure = async (line: RegExp) =>
      Number(line.exec(await (await fetch(`${gateway.url}/metrics`)).text())?.[1] ?? 0)
    const tooSlow = () => figure(/closes_total\{[^}]*reason="too_slow"[^}]*\} (\d+)/)
    const room = rig.backend.openRoom()
    const patient = await rig.enter(room.id, 'f-1', gateway)
    const slow = await rig.enter(room.id, 'c-1', gateway)
    slow.ws.pause()
    // Never more at once than may wait for one who reads; until the kernel's buffers for the other are full, too.
    const parts = Array.from({ length: 10 }, () => 'x'.repeat(60_000))
    for (let said = parts.length; (await tooSlow()) === 0; said += parts.length) {
      await Promise.all(parts.map((part) => rig.backend.post(room, 'f-1', part)))
      await patient.hears('message.created', said, 20_000)
    }
    slow.ws.resume()
    expect(await slow.closes()).toMatchObject({ code: 4413 })
    expect(patient.isOpen()).toBe(true)
    await until(async () => (await figure(/sockets\{[^}]*\} (\d+)/)) === 1)
  })

  it('4429: more frames than the limit; a burst of 300 passes', async () => {
    const socket = await enter()
    for (let n = 1; n <= 300; n++) socket.say({ type: 'ping' })
    await socket.hears('pong', 300)
    for (let n = 1; n <= 1_000; n++) socket.say({ type: 'ping' })
    expect(await socket.closes()).toMatchObject({ code: 4429 })
  })

  it('4429: a flood of typing; what is thinned is not counted', async () => {
    const room = rig.backend.openRoom()
    const [socket, other] = await Promise.all([rig.enter(room.id, 'c-1'), rig.enter(room.id, 'f-1')])
    for (let n = 0; n < 400; n++) socket.say({ type: 'typing', is_typing: n % 2 === 0 })
    socket.say({ type: 'ping' })
    await socket.hears('pong')
    expect(other.of('typing').length).toBeLessThanOrEqual(4)
    await until(() => other.of('typing').at(-1)?.is_typing === false)
    for (let n = 0; n < 1_000; n++) socket.say({ type: 'typing', is_typing: true })
    expect(await socket.closes()).toMatchObject({ code: 4429 })
  })

  it('4429: one socket of a user too many; for others there is room, and for this user when one has gone', async () => {
    const { id } = rig.backend.openRoom()
    const [first] = await Promise.all(Array.from({ length: 50 }, () => rig.enter(id, 'c-1')))
    expect(await rig.open('/ws/inbox/', { user: 'c-1' }).closes()).toMatchObject({ code: 4429 })
    const other = await rig.enter(id, 'f-1')
    await first?.close()
    other.say({ type: 'ping' })
    await other.hears('pong')
    await rig.enter(id, 'c-1')
  })

  it('4429: one handshake of an address too many, whatever its token; not where limits are off', async () => {
    const path = `/ws/chat/${rig.backend.openRoom().id}/`
    const from = (address: string) => ({ user: 'c-1', headers: { 'x-forwarded-for': address } })
    await rig.backend.redis.set('farmgate:limits:handshakes:203.0.113.9', 3_000, 'EX', 60)
    expect(await rig.open(path, from('203.0.113.9')).closes()).toMatchObject({ code: 4429 })
    expect(await rig.open(path, { headers: from('203.0.113.9').headers }).closes()).toMatchObject({ code: 4429 })
    await rig.open(path, from('203.0.113.10')).hears('welcome')
    const unlimited = await rig.start({ RATE_LIMITS: 'off' })
    await rig.open(path, from('203.0.113.9'), unlimited).hears('welcome')
  })

  it('4429: one socket of an address too many; another address has room, and this one when one has gone', async () => {
    const gateway = await rig.start({ SOCKETS_PER_ADDRESS: '3' })
    const path = `/ws/chat/${rig.backend.openRoom().id}/`
    const from = (address: string) => rig.open(path, { user: 'c-1', headers: { 'x-forwarded-for': address } }, gateway)
    const three = [from('203.0.113.1'), from('203.0.113.1'), from('203.0.113.1')]
    for (const one of three) await one.hears('welcome')
    expect(await from('203.0.113.1').closes()).toMatchObject({ code: 4429 })
    const other = from('203.0.113.2')
    await other.hears('welcome')
    await three[0]?.close()
    other.say({ type: 'ping' })
    await other.hears('pong')
    await from('203.0.113.1').hears('welcome')
  })

  it('1012: many sockets are let go one after the other, and no new ones are taken', async () => {
    const gateway = await rig.start({ RATE_LIMITS: 'off' })
    const { id } = rig.backend.openRoom()
    const sockets = await Promise.all(Array.from({ length: 60 }, () => rig.enter(id, 'c-1', gateway)))
    const ends: number[] = []
    for (const { ws } of sockets) ws.on('close', () => ends.push(performance.now()))
    gateway.kill('SIGTERM')
    await until(() => ends.length > 0)
    const late = rig.open(`/ws/chat/${id}/`, { user: 'c-1' }, gateway)
    for (const one of sockets) expect(await one.closes(9_000)).toMatchObject({ code: 1012 })
    // Nobody listens: another gateway takes it.
    expect(await late.closes()).toMatchObject({ code: 1006 })
    expect(Math.max(...ends) - Math.min(...ends)).toBeGreaterThan(400)
    expect(await gateway.exitCode()).toBe(0)
  })

  it('1012: no more comes, without a goodbye, as where a proxy in between stops', async () => {
    const socket = rig.open(`/ws/chat/${rig.backend.openRoom().id}/`, { user: 'c-1' })
    const [response]: IncomingMessage[] = await once(socket.ws, 'upgrade')
    await socket.hears('welcome')
    response?.socket.end()
    expect(await socket.closes()).toMatchObject({ code: 1012 })
  })

  it('1012: the server stops; what was taken is answered first, and the process ends with 0', async () => {
    const gateway = await rig.start()
    const room = rig.backend.openRoom()
    const [socket, silent, inbox] = await Promise.all([
      rig.enter(room.id, 'c-1', gateway),
      rig.enter(room.id, 'f-1', gateway, { autoPong: false }),
      rig.open('/ws/inbox/', { user: 'c-1' }, gateway),
    ])
    rig.backend.before.set(SENDS_LINE, () => wait(300))
    socket.say({ type: 'message.send', client_message_id: 'last', body: 'last' })
    await until(() => rig.backend.askedOf('sends').length > 0)
    gateway.kill('SIGTERM')
    gateway.kill('SIGTERM')
    for (const one of [socket, silent, inbox]) expect(await one.closes(9_000)).toMatchObject({ code: 1012 })
    expect(socket.messages()).toMatchObject([{ body: 'last' }])
    expect(await gateway.exitCode()).toBe(0)
  })
})
