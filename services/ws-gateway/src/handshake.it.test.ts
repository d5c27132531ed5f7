import { nowS, rawToken, serviceToken, token } from '@farmgate/testing/tokens.ts'
import { describe, expect, it } from 'vitest'
import { useGateways } from './gateways.fixture.ts'

describe('the handshake', () => {
  const rig = useGateways()
  const path = () => `/ws/chat/${rig.backend.openRoom().id}/`
  const bearer = (jwt: string) => ({ protocols: ['farmgate.v1', `bearer.${jwt}`] })

  it('answers farmgate.v1 and never the token', async () => {
    const socket = rig.open(path(), { user: 'c-1' })
    await socket.hears('welcome')
    expect(socket.ws.protocol).toBe('farmgate.v1')
  })

  it('takes the token from the Authorization header, with or without a slash at the end of the path', async () => {
    const headers = { authorization: `Bearer ${token('f-1')}` }
    const socket = rig.open(path().slice(0, -1), { headers })
    expect(await socket.hears('welcome')).toMatchObject([{ user_id: 'f-1' }])
  })

  it('prefers the subprotocol to the header', async () => {
    const headers = { authorization: `Bearer ${token('f-1')}` }
    const socket = rig.open(path(), { user: 'c-1', headers })
    expect(await socket.hears('welcome')).toMatchObject([{ user_id: 'c-1' }])
  })

  it('takes a token in the query only where that is allowed', async () => {
    const query = `${path()}?token=${token('c-1')}`
    expect(await rig.open(query).closes()).toMatchObject({ code: 4401 })
    const generous = await rig.start({ WS_QUERY_TOKEN: 'true' })
    await rig.open(query, {}, generous).hears('welcome')
  })

  it('takes an origin that is allowed, and a client without one', async () => {
    await rig.open(path(), { user: 'c-1', headers: { origin: 'https://shop.example' } }).hears('welcome')
    await rig.open(path(), { user: 'c-1' }).hears('welcome')
  })

  it.each(['https://evil.example', 'null', 'http://shop.example', 'https://shop.example.evil.example'])(
    'refuses the origin %s with 403 before the upgrade',
    async (origin) => {
      for (const where of [path(), '/ws/inbox/']) {
        const { status, body } = await rig.open(where, { user: 'c-1', headers: { origin } }).isRefused()
        expect(status).toBe(403)
        expect(JSON.parse(body)).toMatchObject({ status: 403, code: 'origin_not_allowed' })
      }
    },
  )

  it.each([
    ['no token', () => ({})],
    ['an empty one', () => bearer('')],
    ['rubbish', () => bearer('rubbish')],
    ['one that expired', () => bearer(token('c-1', { exp: nowS() - 10 }))],
    ['one that begins later', () => bearer(token('c-1', { nbf: nowS() + 60 }))],
    ['another secret', () => bearer(token('c-1', { secret: 'x'.repeat(32) }))],
    ['no exp', () => bearer(rawToken({ sub: 'c-1' }))],
    ['an array', () => bearer(rawToken(['c-1']))],
    ['an object as sub', () => bearer(rawToken({ sub: {}, exp: nowS() + 60 }))],
    ['algorithm none', () => bearer(rawToken({ sub: 'c-1', exp: nowS() + 60 }, { alg: 'none' }))],
  ])('closes with 4401: %s', async (_, options) => {
    for (const where of [path(), '/ws/inbox/']) {
      expect(await rig.open(where, options()).closes()).toEqual({ code: 4401, reason: 'no, bad or expired token' })
    }
  })

  it('closes with 4404 alike: a stranger, an unknown room, no UUID, the marketplace itself', async () => {
    const strange = rig.open(path(), { user: 'stranger' })
    const unknown = rig.open(`/ws/chat/${crypto.randomUUID()}/`, { user: 'c-1' })
    const bad = ['1', '..%2f', '%00', 'x'.repeat(200)].map((id) => rig.open(`/ws/chat/${id}/`, { user: 'c-1' }))
    const service = rig.open(path(), bearer(serviceToken()))
    for (const socket of [strange, unknown, ...bad, service]) {
      expect(await socket.closes()).toEqual({ code: 4404, reason: 'no such room for you' })
      expect(socket.frames).toEqual([])
    }
  })

  it('says nothing to a stranger of a room that lives', async () => {
    const room = rig.backend.openRoom()
    const party = await rig.enter(room.id, 'c-1')
    rig.backend.before.set('/internal/messages/join/', () =>
      rig.backend.post(room, 'c-1', 'secret').then(() => undefined),
    )
    const stranger = rig.open(`/ws/chat/${room.id}/`, { user: 'stranger' })
    await stranger.closes()
    await party.hears('message.created')
    expect(stranger.frames).toEqual([])
    expect(party.of('presence')).toEqual([])
  })

  it('closes with 1013 while the owner of the rooms is away', async () => {
    const socketPath = path()
    rig.backend.state.away = true
    expect(await rig.open(socketPath, { user: 'c-1' }).closes()).toMatchObject({ code: 1013 })
    expect(await rig.open('/ws/inbox/', { user: 'c-1' }).closes()).toMatchObject({ code: 1013 })
  })

  it('answers a plain GET with 426', async () => {
    for (const where of [path(), '/ws/inbox/']) {
      const answer = await fetch(rig.at(0).url + where)
      expect(answer.status).toBe(426)
      expect(answer.headers.get('upgrade')).toBe('websocket')
      expect(await answer.json()).toMatchObject({ code: 'upgrade_required' })
    }
  })

  it.each(['/healthz', '/asyncapi.json', '/nothing', '/ws/', '/ws/other/'])('has no session on %s', async (where) => {
    expect(await rig.open(where, { user: 'c-1' }).isRefused()).toMatchObject({ status: 404 })
  })
})
