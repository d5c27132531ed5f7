import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { nowS, rawToken, serviceToken, TEST_INTERNAL_TOKEN, TEST_SECRET, token } from '@farmgate/testing/tokens.ts'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { createApp } from './app.ts'
import { bearerToken, openAuth } from './auth.ts'
import { type AuthConfig, authFields, readConfig } from './config.ts'
import { openKeySet } from './key-set.ts'
import { createLog } from './log.ts'

const env = { INTERNAL_TOKEN: TEST_INTERNAL_TOKEN, JWT_ISSUER: 'market', JWT_AUDIENCE: 'chat' }
const log = createLog('test', 'silent')
const plain = { log, config: { TRUSTED_PROXIES: 'loopback', ALLOWED_ORIGINS: [] } }
const authOf = async (config: AuthConfig) => openAuth(await createApp(plain), config)
const secretConfig = readConfig(authFields, { ...env, JWT_SECRET: TEST_SECRET })
const bySecret = await authOf(secretConfig)
const addressed = { iss: 'market', aud: 'chat' }
const good = { sub: 'c-1', exp: nowS() + 60, ...addressed }

afterEach(() => {
  vi.useRealTimers()
})

test('a good token is its user', async () => {
  const exp = nowS() + 60
  await expect(bySecret.verifyToken(token('c-1', { exp, name: 'Ada', ...addressed }))).resolves.toEqual({
    id: 'c-1',
    name: 'Ada',
    isService: false,
    exp,
  })
  await expect(bySecret.verifyToken(serviceToken(addressed))).resolves.toMatchObject({ isService: true })
  await expect(bySecret.verifyToken(rawToken({ ...good, aud: ['other', 'chat'] }))).resolves.toMatchObject({
    id: 'c-1',
  })
})

test('the clock may differ by 5 s', async () => {
  await bySecret.verifyToken(rawToken({ ...good, exp: nowS() - 3, nbf: nowS() + 3 }))
})

test.each([[''], [7], ['x'.repeat(201)], ['\ud800'], ['a\0b'], [{ first: 'Ada' }]])(
  'a name that cannot be shown is left out: %j',
  async (name) => {
    expect(await bySecret.verifyToken(rawToken({ ...good, name }))).not.toHaveProperty('name')
  },
)

const unsigned = (payload: unknown) =>
  `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.`
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()
const { exp: _exp, ...withoutExp } = good
const { sub: _sub, ...withoutSub } = good
const { iss: _iss, ...withoutIss } = good
const { aud: _aud, ...withoutAud } = good

const hostile: [string, string][] = [
  ['alg none', unsigned(good)],
  ['no signature', rawToken(good).replace(/[^.]+$/, '')],
  ['HS512', token('c-1', { alg: 'HS512', ...addressed })],
  ['RS256 sent to an HS256 service', token('c-1', { alg: 'RS256', secret: pem(rsa.privateKey), ...addressed })],
  ['another secret', rawToken(good, {}, 'another')],
  ['an array payload', rawToken([good])],
  ['a string payload', rawToken('c-1')],
  ['a null payload', rawToken(null)],
  ['a number payload', rawToken(7)],
  ['an object sub', rawToken({ ...good, sub: { id: 'c-1' } })],
  ['an array sub', rawToken({ ...good, sub: ['c-1'] })],
  ['a number sub', rawToken({ ...good, sub: 1 })],
  ['an empty sub', rawToken({ ...good, sub: '' })],
  ['a sub that is no user id', rawToken({ ...good, sub: 'c 1' })],
  ['a long sub', rawToken({ ...good, sub: 'c'.repeat(65) })],
  ['no sub', rawToken(withoutSub)],
  ['no exp', rawToken(withoutExp)],
  ['a text exp', rawToken({ ...good, exp: '9999999999' })],
  ['an exp beyond all time', rawToken({ ...good, exp: 1e300 })],
  ['a null exp', rawToken({ ...good, exp: null })],
  ['a past exp', rawToken({ ...good, exp: nowS() - 10 })],
  ['an nbf ahead', rawToken({ ...good, nbf: nowS() + 60 })],
  ['a text nbf', rawToken({ ...good, nbf: 'soon' })],
  ['another iss', rawToken({ ...good, iss: 'elsewhere' })],
  ['no iss', rawToken(withoutIss)],
  ['another aud', rawToken({ ...good, aud: 'elsewhere' })],
  ['no aud', rawToken(withoutAud)],
  ['an object aud', rawToken({ ...good, aud: { chat: true } })],
  ['a crit header', rawToken(good, { crit: ['b64'], b64: false })],
  ['an alg that is an object', rawToken(good, { alg: { HS256: 1 } })],
  ['a kid with a path', rawToken(good, { kid: '../../etc/passwd' }, 'x')],
  ['not base64', '%%%.%%%.%%%'],
  ['two parts', 'a.b'],
  ['no dots', 'token'],
  ['nothing', ''],
  ['a huge one', `${'a'.repeat(100_000)}.b.c`],
  ['a payload that is no JSON', `${rawToken(good).split('.')[0]}.eyJ.x`],
]

test.each(hostile)('refused with 401, not 500: %s', async (_, bad) => {
  await expect(bySecret.verifyToken(bad)).rejects.toMatchObject({ code: 'unauthorized' })
})

test.each(hostile)('refused with 401 as a request, too: %s', async (_, bad) => {
  const app = await createApp({ ...plain, auth: secretConfig })
  app.get('/', async (request) => request.user)
  const answer = await app.inject({ url: '/', headers: { authorization: `Bearer ${bad}` } })
  expect(answer.statusCode).toBe(401)
  expect(answer.json()).toMatchObject({ code: 'unauthorized' })
})

test('a good token is the user of the request', async () => {
  const app = await createApp({ ...plain, auth: secretConfig })
  app.get('/', async (request) => request.user)
  const answer = await app.inject({ url: '/', headers: { authorization: `Bearer ${rawToken(good)}` } })
  expect(answer.json()).toEqual({ id: 'c-1', isService: false, exp: good.exp })
})

test('an app checks tokens and makes none', async () => {
  const app = await createApp({ ...plain, auth: secretConfig })
  expect(() => app.jwt.sign({ sub: 'c-1' })).toThrow('verify mode')
})

test('the internal secret is known by its header alone', () => {
  expect(bySecret.isInternal(`Bearer ${TEST_INTERNAL_TOKEN}`)).toBe(true)
  expect(bySecret.isInternal(`Bearer ${TEST_INTERNAL_TOKEN}x`)).toBe(false)
  expect(bySecret.isInternal(rawToken(good))).toBe(false)
  expect(bySecret.isInternal(undefined)).toBe(false)
})

test('a bearer header is read as RFC 6750 writes it', () => {
  expect(bearerToken('bearer abc')).toBe('abc')
  expect(bearerToken('Basic abc')).toBeUndefined()
  expect(bearerToken('Bearer a b')).toBeUndefined()
  expect(bearerToken('Bearer')).toBeUndefined()
})

// Keys by URL

type Jwk = Record<string, unknown>

async function keyServer(keys: unknown) {
  const state = { keys, fetches: 0, status: 200 }
  const server = createServer((_request, response) => {
    state.fetches++
    response.writeHead(state.status).end(JSON.stringify({ keys: state.keys }))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/keys`
  const auth = await authOf(readConfig(authFields, { JWKS_URL: url, INTERNAL_TOKEN: TEST_INTERNAL_TOKEN }))
  return { auth, state, url }
}

const pair = {
  RS256: rsa,
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
}
const jwk = (alg: keyof typeof pair, kid: string): Jwk => ({
  ...pair[alg].publicKey.export({ format: 'jwk' }),
  kid,
  use: 'sig',
})
const signed = (alg: keyof typeof pair, kid?: string) =>
  token('c-1', { alg, secret: pem(pair[alg].privateKey), ...(kid && { kid }) })

test.each(['RS256', 'ES256', 'EdDSA'] as const)('%s by key URL', async (alg) => {
  const { auth, state } = await keyServer([jwk(alg, 'k1')])
  await expect(auth.verifyToken(signed(alg, 'k1'))).resolves.toMatchObject({ id: 'c-1' })
  await expect(auth.verifyToken(signed(alg))).resolves.toMatchObject({ id: 'c-1' })
  expect(state.fetches).toBe(1)
})

test('a key is good for its own algorithm only, and a public key is no HS256 secret', async () => {
  const { auth } = await keyServer([jwk('RS256', 'k1'), jwk('ES256', 'k2')])
  const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const bad = [
    signed('ES256', 'k1'),
    signed('EdDSA', 'k2'),
    rawToken({ ...good }, { kid: 'k1' }, publicPem),
    signed('RS256'),
  ]
  for (const one of bad) await expect(auth.verifyToken(one)).rejects.toMatchObject({ code: 'unauthorized' })
})

test('keys for other uses, weak and symmetric ones are passed over', async () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })
  const { auth } = await keyServer([
    { ...jwk('RS256', 'enc'), use: 'enc' },
    { ...jwk('RS256', 'ps'), alg: 'PS256' },
    { ...weak, kid: 'weak' },
    { kty: 'oct', k: 'c2VjcmV0', kid: 'oct' },
    { kty: 'nonsense', kid: 'nonsense' },
    { ...jwk('RS256', 'k9'), kid: 9 },
    null,
    'text',
    ['k8'],
    jwk('RS256', 'k1'),
  ])
  await auth.verifyToken(signed('RS256', 'k1'))
  for (const kid of ['enc', 'ps', 'weak', 'oct', 'nonsense']) {
    await expect(auth.verifyToken(signed('RS256', kid))).rejects.toMatchObject({ code: 'unauthorized' })
  }
})

test('a rotated key is found at once, and the old one is refused', async () => {
  const { auth, state } = await keyServer([jwk('RS256', 'old')])
  await auth.verifyToken(signed('RS256', 'old'))
  state.keys = [jwk('ES256', 'new')]
  await auth.verifyToken(signed('ES256', 'new'))
  await expect(auth.verifyToken(signed('RS256', 'old'))).rejects.toMatchObject({ code: 'unauthorized' })
})

test('made-up key ids do not flood the key server', async () => {
  const { auth, state } = await keyServer([jwk('RS256', 'k1')])
  await auth.verifyToken(signed('RS256', 'k1'))
  for (let n = 0; n < 50; n++) {
    await expect(auth.verifyToken(signed('RS256', `../${n}`))).rejects.toMatchObject({ code: 'unauthorized' })
  }
  expect(state.fetches).toBeLessThanOrEqual(6)
  await auth.verifyToken(signed('RS256', 'k1'))
})

test('made-up key ids do not keep out a real one that nobody has shown yet', async () => {
  const { auth, state } = await keyServer([jwk('RS256', 'k1')])
  for (let n = 0; n < 50; n++) await auth.verifyToken(signed('RS256', `made-up-${n}`)).catch(() => undefined)
  await auth.verifyToken(signed('RS256', 'k1'))
  expect(state.fetches).toBeLessThanOrEqual(6)
})

test.each([[undefined], [null], ['text'], [{ length: 1 }], [{ '0': 1 }]])(
  'a set that is none is the same as no key server: %j',
  async (keys) => {
    const { auth } = await keyServer(keys)
    await expect(auth.verifyToken(signed('RS256', 'k1'))).rejects.toMatchObject({ what: 'jwks' })
  },
)

test.each([['\ud800'], ['__proto__'], ['constructor'], ['x'.repeat(4_000)], ['http://127.0.0.1/keys']])(
  'no key id is anything but 401: %j',
  async (kid) => {
    const { auth } = await keyServer([jwk('RS256', 'k1')])
    await expect(auth.verifyToken(signed('RS256', kid))).rejects.toMatchObject({ code: 'unauthorized' })
    await expect(auth.verifyToken(rawToken(good, { alg: 'RS256', kid: { $: kid } }))).rejects.toMatchObject({
      code: 'unauthorized',
    })
  },
)

test('without the key server nothing can be said: 503, and no 401', async () => {
  const { auth, state } = await keyServer([jwk('RS256', 'k1')])
  state.status = 500
  for (let n = 0; n < 10; n++) {
    await expect(auth.verifyToken(signed('RS256', 'k1'))).rejects.toMatchObject({
      name: 'DependencyAway',
      what: 'jwks',
    })
  }
  await expect(auth.verifyToken('nonsense')).rejects.toMatchObject({ code: 'unauthorized' })
})

test('known keys stay good while the key server is away, however old they are', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { auth, state } = await keyServer([jwk('RS256', 'k1')])
  const lasting = token('c-1', { alg: 'RS256', secret: pem(rsa.privateKey), kid: 'k1', exp: nowS() + 7_200 })
  await auth.verifyToken(lasting)
  state.status = 500
  vi.setSystemTime(Date.now() + 3_600_000)
  await auth.verifyToken(lasting)
  await vi.waitFor(() => expect(state.fetches).toBe(2))
  await auth.verifyToken(lasting)
  expect(state.fetches).toBe(2)
})

test('a key server that is away is logged once, and its return', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const said: string[] = []
  const note = (_: unknown, event?: string) => void said.push(event ?? String(_))
  const { state, url } = await keyServer([jwk('RS256', 'k1')])
  const keys = openKeySet(url, { info: note, warn: note })
  await keys.find('k1')
  for (const status of [500, 500, 200]) {
    state.status = status
    const { fetches } = state
    vi.setSystemTime(Date.now() + 3_600_000)
    await keys.find('k1')
    await vi.waitFor(() => expect(state.fetches).toBe(fetches + 1))
    await vi.waitFor(() => expect(said.length).toBe(status === 200 ? 2 : 1))
  }
  expect(said).toEqual(['jwks.away', 'jwks.back'])
})
