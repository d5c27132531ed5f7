import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { SUBPROTOCOL } from '@farmgate/contracts/close-codes.ts'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { nowS, rawToken, serviceToken, TEST_SECRET, token } from '@farmgate/testing/tokens.ts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Exchange, openExchange } from './line.ts'
import { checkout, expectProblem, NOBODYS_ROOM, type Outsider, openOutsider } from './outsider.ts'

// The public interface, "Who is calling".

/** What may stand in a Sec-WebSocket-Protocol. */
const IS_PROTOCOL = /^[\w.~-]+$/
const soon = () => nowS() + 60

/** Refused at every door, with a stack that knows a shared secret and names neither issuer nor audience. */
const hostile: Record<string, () => string> = {
  'alg none, unsigned': () => `${rawToken({ sub: 'ada', exp: soon() }, { alg: 'none' }).replace(/[^.]+$/, '')}`,
  'alg none, signed': () => rawToken({ sub: 'ada', exp: soon() }, { alg: 'none' }),
  'alg nOnE': () => rawToken({ sub: 'ada', exp: soon() }, { alg: 'nOnE' }),
  HS512: () => token('ada', { alg: 'HS512' }),
  HS384: () => token('ada', { alg: 'HS384' }),
  'RS256 to an HS256 service': () => token('ada', { alg: 'RS256', secret: pemOf(foreign.RS256) }),
  'no alg': () => rawToken({ sub: 'ada', exp: soon() }, { alg: undefined }),
  'an alg that is no string': () => rawToken({ sub: 'ada', exp: soon() }, { alg: ['HS256'] }),
  'another secret': () => token('ada', { secret: `${TEST_SECRET}x` }),
  'an empty secret': () => rawToken({ sub: 'ada', exp: soon() }, {}, ''),
  'a payload that is an array': () => rawToken([{ sub: 'ada', exp: soon() }]),
  'a payload that is null': () => rawToken(null),
  'a payload that is a string': () => rawToken('ada'),
  'a payload that is a number': () => rawToken(1),
  'a header that is an array': () => rawToken({ sub: 'ada', exp: soon() }).replace(/^[^.]+/, btoa('[]')),
  'a header that is null': () => rawToken({ sub: 'ada', exp: soon() }).replace(/^[^.]+/, btoa('null')),
  'no sub': () => rawToken({ exp: soon() }),
  'an empty sub': () => rawToken({ sub: '', exp: soon() }),
  'a sub that is a number': () => rawToken({ sub: 42, exp: soon() }),
  'a sub that is an object': () => rawToken({ sub: { id: 'ada' }, exp: soon() }),
  'a sub that is an array': () => rawToken({ sub: ['ada'], exp: soon() }),
  'a sub that is null': () => rawToken({ sub: null, exp: soon() }),
  'a sub that is true': () => rawToken({ sub: true, exp: soon() }),
  'a sub that is no id': () => rawToken({ sub: "ada' or 1=1", exp: soon() }),
  'a sub of 65 characters': () => rawToken({ sub: 'x'.repeat(65), exp: soon() }),
  'a sub with a NUL': () => rawToken({ sub: 'ada\0', exp: soon() }),
  'no exp': () => rawToken({ sub: 'ada' }),
  'an exp that is a string': () => rawToken({ sub: 'ada', exp: String(soon()) }),
  'an exp that is null': () => rawToken({ sub: 'ada', exp: null }),
  'an exp of 0': () => rawToken({ sub: 'ada', exp: 0 }),
  'a negative exp': () => rawToken({ sub: 'ada', exp: -1 }),
  expired: () => rawToken({ sub: 'ada', exp: nowS() - 10 }),
  'nbf ahead': () => rawToken({ sub: 'ada', exp: soon(), nbf: nowS() + 30 }),
  'an nbf that is a string': () => rawToken({ sub: 'ada', exp: soon(), nbf: 'tomorrow' }),
  'a kid with a path, unsigned': () => rawToken({ sub: 'ada', exp: soon() }, { kid: '../../dev/null' }, ''),
  'two parts': () => token('ada').split('.').slice(0, 2).join('.'),
  'four parts': () => `${token('ada')}.x`,
  'no parts': () => 'nonsense',
  dots: () => '..',
  'a payload that is not JSON': () => token('ada').replace(/\.[^.]+\./, `.${btoa('{"sub"')}.`),
  'a payload that is not base64': () => token('ada').replace(/\.[^.]+\./, '.%%%.'),
  'a signature cut short': () => token('ada').slice(0, -1),
  'a signature for other claims': () => {
    const [header, , signature] = token('ada').split('.')
    return `${header}.${token('bo').split('.')[1]}.${signature}`
  },
}

const pairsOf = () => ({
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
})
/** Of nobody whom the product trusts. */
const foreign = pairsOf()
const pemOf = ({ privateKey }: { privateKey: KeyObject }) => String(privateKey.export({ type: 'pkcs8', format: 'pem' }))

describe('with JWT_SECRET', () => {
  let stack: Stack
  let outsider: Outsider
  let exchange: Exchange
  let room_id: string
  beforeAll(async () => {
    stack = await startStack()
    outsider = openOutsider(stack)
    exchange = openExchange(stack.wsUrl)
    await outsider.offer('bo', 'tomatoes')
    room_id = (await outsider.checkOut('ada')).body.room_id
  })
  afterEach(() => exchange.hangUpAll())
  afterAll(() => stack.close())

  const doors = (): [method: string, path: string, body?: object][] => [
    ['GET', '/chat/rooms/'],
    ['GET', `/chat/rooms/${room_id}/`],
    ['GET', `/chat/messages/?room_id=${room_id}`],
  ]
  const everyDoor = (): [method: string, path: string, body?: object][] => [
    ...doors(),
    ['POST', '/chat/rooms/', checkout('ada')],
    ['PATCH', `/chat/rooms/${room_id}/`, { order_status: 'active' }],
    ['POST', '/chat/messages/', { room_id, body: 'x' }],
    ['POST', '/chat/messages/read/', { room_id, seq: 1 }],
    ['GET', `/chat/messages/${NOBODYS_ROOM}/`],
    ['PATCH', `/chat/messages/${NOBODYS_ROOM}/`, { body: 'x' }],
    ['DELETE', `/chat/messages/${NOBODYS_ROOM}/`],
    ['PUT', '/catalog/users/eve/', { name: 'Eve' }],
    ['PUT', '/catalog/products/figs/', { farmer_id: 'bo', name: 'Figs' }],
    ['GET', '/catalog/users/bo/'],
    ['GET', '/catalog/products/tomatoes/'],
  ]

  it.each(Object.entries(hostile))('401 over HTTP, 4401 on both sockets: %s', async (_name, make) => {
    const jwt = make()
    for (const [method, path, body] of doors())
      expectProblem(await outsider.ask(method, path, { token: jwt, body }), 401, 'unauthorized')
    const asHeader = { protocols: [SUBPROTOCOL], headers: { authorization: `Bearer ${jwt}` } }
    const dialling = IS_PROTOCOL.test(jwt) ? { token: jwt } : asHeader
    for (const line of [exchange.room(room_id, 'ada', dialling), exchange.inbox('ada', dialling)]) {
      expect(await line.closed()).toBe(4401)
      expect(line.frames).toEqual([])
    }
  })

  it('every operation is 401 without a token and with a bad one, before it looks at anything else', async () => {
    for (const [method, path, body] of everyDoor()) {
      expectProblem(await outsider.ask(method, path, { body }), 401, 'unauthorized')
      expectProblem(
        await outsider.ask(method, path, { body, token: token('ada', { secret: 'x' }) }),
        401,
        'unauthorized',
      )
    }
    expectProblem(await outsider.ask('POST', '/chat/rooms/', { raw: '{"nonsense":' }), 401, 'unauthorized')
  })

  it('anything but `Authorization: Bearer <JWT>` is no token', async () => {
    const jwt = token('ada')
    for (const authorization of [
      jwt,
      `Basic ${btoa('ada:x')}`,
      'Bearer',
      'Bearer ',
      `Token ${jwt}`,
      `Bearer ${jwt} ${jwt}`,
      `Bearer"${jwt}"`,
    ])
      expectProblem(await outsider.ask('GET', '/chat/rooms/', { headers: { authorization } }), 401, 'unauthorized')
    expectProblem(await outsider.ask('GET', `/chat/rooms/?token=${jwt}`), 401, 'unauthorized')
  })

  it('the scheme is compared without regard to case', async () => {
    const headers = { authorization: `bearer ${token('ada')}` }
    expect((await outsider.ask('GET', '/chat/rooms/', { headers })).status).toBe(200)
  })

  it('the clock may be 5 s off: exp just over and nbf just ahead are taken', async () => {
    for (const claims of [{ exp: nowS() - 3 }, { exp: soon(), nbf: nowS() + 3 }])
      expect((await outsider.ask('GET', '/chat/rooms/', { token: token('ada', claims) })).status).toBe(200)
    for (const claims of [{ exp: nowS() - 7 }, { exp: soon(), nbf: nowS() + 8 }])
      expectProblem(await outsider.ask('GET', '/chat/rooms/', { token: token('ada', claims) }), 401)
  })

  it('iss and aud are not looked at where none is configured', async () => {
    const jwt = token('ada', { iss: 'https://anyone.example', aud: 'anything' })
    expect((await outsider.ask('GET', '/chat/rooms/', { token: jwt })).status).toBe(200)
  })

  it('a far away exp is taken, over HTTP and on a socket that then stays open', async () => {
    const jwt = rawToken({ sub: 'ada', exp: nowS() + 60 * 60 * 24 * 365 })
    expect((await outsider.ask('GET', '/chat/rooms/', { token: jwt })).status).toBe(200)
    const line = await exchange.enter(room_id, 'ada', { token: jwt })
    await line.fence()
  })

  it('name is the display name where the catalog knows none', async () => {
    const jwt = token('zoe', { name: 'Zoë of the token' })
    const { body } = await outsider.ask('POST', '/chat/rooms/', { token: jwt, body: checkout('zoe') })
    expect(body).toMatchObject({ customer: { id: 'zoe', name: 'Zoë of the token' }, farmer: { name: 'Farm of bo' } })
    await outsider.ask('PUT', '/catalog/users/zoe/', { token: serviceToken(), body: { name: 'Zoë of the catalog' } })
    expect((await outsider.list('bo')).body.results[0]).toMatchObject({ customer: { name: 'Zoë of the catalog' } })
  })

  it('what one may do follows from the room, never from a claim', async () => {
    for (const role of ['farmer', 'admin', 'services', 'Service']) {
      const step = { token: token('ada', { role }), body: { order_status: 'active' } }
      expectProblem(await outsider.ask('PATCH', `/chat/rooms/${room_id}/`, step), 403)
      const user = { token: token('ada', { role }), body: { name: 'x' } }
      expectProblem(await outsider.ask('PUT', '/catalog/users/eve/', user), 403)
      const other = { token: token('ada', { role }), body: checkout('eve') }
      expectProblem(await outsider.ask('POST', '/chat/rooms/', other), 403)
    }
    // The farmer here is a customer there.
    await outsider.offer('cy', 'honey')
    const bought = await outsider.checkOut('bo', { farmer_id: 'cy', product_id: 'honey' })
    expect(bought.status).toBe(201)
    expectProblem(await outsider.step('bo', bought.body.room_id, 'active'), 403)
    expect((await outsider.step('cy', bought.body.room_id, 'active')).status).toBe(200)
  })

  it('role: service checks out for a customer and writes the catalog, and neither reads nor writes messages', async () => {
    const service = { token: serviceToken() }
    const opened = await outsider.ask<{ room_id: string }>('POST', '/chat/rooms/', {
      ...service,
      body: checkout('amy'),
    })
    expect(opened.status).toBe(201)
    const [first] = (await outsider.page('amy', opened.body.room_id)).body.results
    expect(first).toMatchObject({ sender_id: 'amy', kind: 'order_placed' })
    // Not even with the name of a party.
    for (const jwt of [service.token, token('amy', { role: 'service' })]) {
      const by = { token: jwt }
      const { room_id } = opened.body
      for (const answer of [
        await outsider.ask('GET', `/chat/messages/?room_id=${room_id}`, by),
        await outsider.ask('POST', '/chat/messages/', { ...by, body: { room_id, body: 'x' } }),
        await outsider.ask('POST', '/chat/messages/read/', { ...by, body: { room_id, seq: 1 } }),
        await outsider.ask('GET', `/chat/messages/${first?.message_id}/`, by),
        await outsider.ask('PATCH', `/chat/messages/${first?.message_id}/`, { ...by, body: { body: 'x' } }),
        await outsider.ask('DELETE', `/chat/messages/${first?.message_id}/`, by),
      ]) {
        expect(answer.status).toBeOneOf([403, 404])
        expectProblem(answer, answer.status)
      }
      const line = exchange.room(room_id, 'amy', { token: jwt })
      await line.closed()
      expect(line.frames).toEqual([])
    }
  })
})

describe('with JWKS_URL, JWT_ISSUER and JWT_AUDIENCE', () => {
  const pairs = pairsOf()
  const rotated = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const published: object[] = []
  let issuer: http.Server
  let stack: Stack
  let outsider: Outsider
  let exchange: Exchange

  const sign = (pair: { privateKey: KeyObject }, alg: keyof typeof pairs, kid: string, claims: object = {}) =>
    token('ada', { alg, kid, secret: pemOf(pair), iss: 'https://login.example', aud: 'farmgate', ...claims })
  const asked = async (jwt: string) => (await outsider.ask('GET', '/chat/rooms/', { token: jwt })).status

  beforeAll(async () => {
    for (const [alg, { publicKey }] of Object.entries(pairs))
      published.push({ ...publicKey.export({ format: 'jwk' }), kid: alg, alg, use: 'sig' })
    issuer = http.createServer((_request, response) => {
      response.setHeader('content-type', 'application/json').setHeader('connection', 'close')
      response.end(JSON.stringify({ keys: published }))
    })
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve))
    const { port } = issuer.address() as AddressInfo
    stack = await startStack({
      env: {
        JWT_SECRET: '',
        JWKS_URL: `http://127.0.0.1:${port}/jwks.json`,
        JWT_ISSUER: 'https://login.example',
        JWT_AUDIENCE: 'farmgate',
      },
    })
    outsider = openOutsider(stack)
    exchange = openExchange(stack.wsUrl)
  })
  afterEach(() => exchange.hangUpAll())
  afterAll(async () => {
    await stack.close()
    await new Promise((resolve) => issuer.close(resolve))
  })

  it.each(['RS256', 'ES256', 'EdDSA'] as const)('takes %s, over HTTP and on a socket', async (alg) => {
    const jwt = sign(pairs[alg], alg, alg)
    expect(await asked(jwt)).toBe(200)
    const inbox = await exchange.watch('ada', { token: jwt })
    expect(inbox.frames[0]).toMatchObject({ user_id: 'ada' })
  })

  it('takes a key that appears later, by its kid', async () => {
    const jwt = sign(rotated, 'ES256', 'next')
    expect(await asked(jwt)).toBe(401)
    published.push({ ...rotated.publicKey.export({ format: 'jwk' }), kid: 'next', alg: 'ES256', use: 'sig' })
    // Unknown kids are not asked for at every turn, so another one still gets its turn in time.
    await expect.poll(() => asked(jwt), { timeout: 15_000, interval: 250 }).toBe(200)
  })

  it('refuses other algorithms, other keys, other issuers and audiences', async () => {
    const right = { iss: 'https://login.example', aud: 'farmgate' }
    const publicPem = String(pairs.RS256.publicKey.export({ type: 'spki', format: 'pem' }))
    for (const jwt of [
      token('ada', right),
      token('ada', { ...right, kid: 'RS256' }),
      rawToken({ sub: 'ada', exp: soon(), ...right }, { kid: 'RS256' }, publicPem),
      rawToken({ sub: 'ada', exp: soon(), ...right }, { alg: 'none', kid: 'RS256' }),
      sign(foreign.RS256, 'RS256', 'RS256'),
      sign(foreign.ES256, 'ES256', 'ES256'),
      sign(foreign.EdDSA, 'EdDSA', 'EdDSA'),
      sign(pairs.RS256, 'RS256', 'ES256'),
      sign(pairs.RS256, 'RS256', '../../etc/passwd'),
      sign(pairs.RS256, 'RS256', 'RS256', { iss: 'https://evil.example' }),
      sign(pairs.RS256, 'RS256', 'RS256', { aud: 'another' }),
      sign(pairs.RS256, 'RS256', 'RS256', { iss: undefined }),
      sign(pairs.RS256, 'RS256', 'RS256', { aud: undefined }),
    ]) {
      expectProblem(await outsider.ask('GET', '/chat/rooms/', { token: jwt }), 401, 'unauthorized')
      expect(await exchange.inbox('ada', { token: jwt }).closed()).toBe(4401)
    }
  })

  it('takes an aud that is a list with ours in it', async () => {
    expect(await asked(sign(pairs.ES256, 'ES256', 'ES256', { aud: ['another', 'farmgate'] }))).toBe(200)
  })
})
