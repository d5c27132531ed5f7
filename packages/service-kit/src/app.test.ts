import { connect } from 'node:net'
import { nowS, rawToken, serviceToken, TEST_INTERNAL_TOKEN, TEST_SECRET, token } from '@farmgate/testing/tokens.ts'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { type App, createApp } from './app.ts'
import type { Arrival } from './arrival.ts'
import { authFields, processFields, readConfig } from './config.ts'
import { DependencyAway } from './dependency.ts'
import { createLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import { problems } from './problems.ts'
import { Refusal } from './refusal.ts'

const config = readConfig(
  { ...processFields, ...authFields },
  { ALLOWED_ORIGINS: 'https://shop.example', JWT_SECRET: TEST_SECRET, INTERNAL_TOKEN: TEST_INTERNAL_TOKEN },
)
const lines: string[] = []
const log = createLog('test', 'info', { write: (line: string) => lines.push(line) })
const room = z.object({ room_id: z.uuid(), customer: z.string() }).meta({ id: 'TestRoom' })
const unused = z.object({ a: z.string() }).meta({ id: 'TestUnused' })
const open = { access: 'open' } as const
const ROOM = '7c9e6679-7425-40de-944b-e07fc1f90ae7'

let app: App
let origin: string

beforeAll(async () => {
  const openapi = { title: 'Test', description: 'A test' }
  app = await createApp({ log, config, auth: config, metrics: createMetrics('test'), openapi })
  const params = z.object({ room_id: z.uuid() })
  app.get(
    '/rooms/:room_id/',
    { schema: { params, response: { 200: room, ...problems('unknown_room', 'not_the_farmer') } } },
    (request) => ({ room_id: request.params.room_id, customer: request.user.id }),
  )
  app.post('/echo/', { config: open, schema: { body: z.strictObject({ word: z.string() }) } }, ({ body }) => body)
  app.get('/list/', { config: open, schema: { querystring: z.object({ limit: z.coerce.number().max(9) }) } }, () => [])
  app.delete('/list/', { config: open }, () => 'gone')
  app.get('/internal/story/', () => ({ told: true }))
  app.get(
    '/fails/:how/',
    { config: open, schema: { params: z.object({ how: z.string() }) } },
    ({ params: { how } }) => {
      if (how === 'refusal') throw new Refusal('illegal_transition', 'It is completed', { current: 'completed' })
      if (how === 'limited') throw new Refusal('rate_limited', undefined, { retryAfterS: 7 })
      if (how === 'away') throw new DependencyAway('postgres')
      if (how === 'wrapped')
        throw new Error('Failed query', { cause: Object.assign(new Error('x'), { code: '57P01' }) })
      throw new TypeError('secret detail')
    },
  )
  origin = await app.listen({ host: '127.0.0.1', port: 0 })
})

afterAll(() => app.close())

const json = { 'content-type': 'application/json' }
const post = (payload: string, headers: Record<string, string> = json) =>
  app.inject({ method: 'POST', url: '/echo/', payload, headers })

/** Bytes on a socket, and the bytes that come back until it is closed. */
function raw(bytes: string, to = origin): Promise<string> {
  const { port } = new URL(to)
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes))
    socket
      .on('data', (chunk) => {
        answer += chunk
      })
      .on('close', () => resolve(answer))
      .on('error', reject)
  })
}

describe('bodies', () => {
  test('a good one passes, with and without the slash at the end', async () => {
    expect((await post('{"word":"a"}')).json()).toEqual({ word: 'a' })
    const bare = await app.inject({ method: 'POST', url: '/echo', payload: { word: 'b' } })
    expect([bare.statusCode, bare.json()]).toEqual([200, { word: 'b' }])
  })

  test('what is wrong is listed by path, an unknown field under its own', async () => {
    const answer = await post('{"word":5,"seq":1}')
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.json()).toEqual({
      type: '/problems/invalid_body',
      title: 'The body does not match its schema',
      status: 400,
      detail: expect.stringMatching(/^word: /),
      code: 'invalid_body',
      errors: [
        { path: 'word', message: expect.any(String) },
        { path: 'seq', message: 'is not a known field' },
      ],
    })
  })

  test.each([
    ['malformed JSON', '{"word"', json, 400, 'invalid_body'],
    ['an empty body', '', json, 400, 'invalid_body'],
    ['a body of null', 'null', json, 400, 'invalid_body'],
    ['__proto__', '{"word":"a","__proto__":{"admin":true}}', json, 400, 'invalid_body'],
    ['constructor.prototype', '{"constructor":{"prototype":{}}}', json, 400, 'invalid_body'],
    ['JSON 10,000 deep', `{"word":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, json, 400, 'invalid_body'],
    ['an unknown field 10,000 deep', `{"x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, json, 400, 'invalid_body'],
    ['70 KB', JSON.stringify({ word: 'x'.repeat(70_000) }), json, 413, 'body_too_large'],
    ['text/xml', '<word/>', { 'content-type': 'text/xml' }, 415, 'unsupported_media_type'],
    ['text/plain', '{"word":"a"}', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    ['a broken content type', '{"word":"a"}', { 'content-type': 'json' }, 415, 'unsupported_media_type'],
    ['gzip', '{"word":"a"}', { ...json, 'content-encoding': 'gzip' }, 415, 'unsupported_media_type'],
  ])('%s', async (_, payload, headers, status, code) => {
    const answer = await post(payload, headers as Record<string, string>)
    expect(answer.json()).toMatchObject({ status, code })
    expect(answer.statusCode).toBe(status)
  })

  test.each([{}, { 'content-length': '0' }])('a content type without a body harms no DELETE: %j', async (length) => {
    const headers = { ...json, ...length }
    expect((await app.inject({ method: 'DELETE', url: '/list/', headers })).body).toBe('gone')
  })

  test('no content type at all', async () => {
    const answer = await raw('POST /echo/ HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}')
    expect(answer).toContain('unsupported_media_type')
  })
})

describe('paths, queries and methods', () => {
  const authorization = `Bearer ${token('c-1')}`
  test.each([
    ['an unknown path', 'GET', '/nothing/', 404, 'not_found'],
    ['another method', 'DELETE', '/echo', 405, 'method_not_allowed'],
    ['a bad percent-encoding', 'GET', '/rooms/%zz/', 400, 'bad_request'],
    ['a NUL', 'GET', '/rooms/%00/', 400, 'invalid_path'],
    ['an escaped slash', 'GET', '/rooms/..%2f/', 400, 'invalid_path'],
    ['an id of 200 characters', 'GET', `/rooms/${'a'.repeat(200)}/`, 400, 'invalid_path'],
    ['an id of 2,000 characters', 'GET', `/rooms/${'a'.repeat(2_000)}/`, 404, 'not_found'],
    ['a bad query', 'GET', '/list/?limit=1e9', 400, 'invalid_query'],
    ['a query parameter twice', 'GET', '/list/?limit=1&limit=2', 400, 'invalid_query'],
  ] as const)('%s', async (_, method, url, status, code) => {
    const answer = await app.inject({ method, url, headers: { authorization } })
    expect(answer.json()).toMatchObject({ status, code })
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'x-request-id': expect.any(String),
    })
  })

  test('405 says what is allowed', async () => {
    expect((await app.inject({ method: 'DELETE', url: '/echo/' })).headers.allow).toBe('POST')
  })
})

describe('requests that do not arrive in time', () => {
  const head = 'POST /echo/ HTTP/1.1\r\nhost: x\r\n'
  const body = 'content-type: application/json\r\ncontent-length: 99\r\n\r\n{"word"'
  const hasty = async (arrival: Arrival) => {
    const made = await createApp({ log, config, arrival })
    onTestFinished(() => made.close())
    made.post('/echo/', async ({ body }) => body)
    return made.listen({ host: '127.0.0.1', port: 0 })
  }

  test.each([
    ['slow headers', head, { headersMs: 100, silenceMs: 5_000, totalMs: 5_000 }],
    ['a body that stands still', head + body, { headersMs: 5_000, silenceMs: 100, totalMs: 5_000 }],
    ['all of it', head + body, { headersMs: 100, silenceMs: 5_000, totalMs: 200 }],
  ])('%s: 408, and the connection is closed', async (_, bytes, arrival) => {
    const answer = await raw(bytes, await hasty(arrival))
    expect(answer).toContain('HTTP/1.1 408 Request Timeout')
    expect(answer).toContain('request_timeout')
  })

  test('a body that trickles is waited for, and its connection is kept', async () => {
    const url = await hasty({ headersMs: 100, silenceMs: 200, totalMs: 5_000 })
    const words = JSON.stringify({ word: 'x'.repeat(20) })
    const trickle = async function* () {
      for (const letter of words) {
        await new Promise((done) => setTimeout(done, 20))
        yield Buffer.from(letter)
      }
    }
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${url}/echo/`, { method: 'POST', headers, body: trickle(), duplex: 'half' })
    expect(await answer.text()).toBe(words)
  })
})

describe('what is no HTTP', () => {
  test.each([
    ['malformed', 'NONSENSE\r\n\r\n', 'HTTP/1.1 400 Bad Request', 'bad_request'],
    ['headers of 20 KB', `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 'HTTP/1.1 431 ', 'headers_too_large'],
  ])('%s', async (_, bytes, status, code) => {
    const answer = await raw(bytes)
    expect(answer).toContain(status)
    expect(answer.toLowerCase()).toContain('content-type: application/problem+json')
    expect(answer).toContain(`"code":"${code}"`)
  })
})

describe('what handlers throw', () => {
  test.each([
    ['refusal', 409, { code: 'illegal_transition', detail: 'It is completed', current: 'completed' }, undefined],
    ['limited', 429, { code: 'rate_limited' }, '7'],
    ['away', 503, { code: 'unavailable' }, '1'],
    ['wrapped', 503, { code: 'unavailable' }, '1'],
  ])('%s', async (how, status, body, retryAfter) => {
    const answer = await app.inject(`/fails/${how}/`)
    expect(answer.statusCode).toBe(status)
    expect(answer.json()).toMatchObject(body)
    expect(answer.headers['retry-after']).toBe(retryAfter)
  })

  test('a bug is 500, is logged once with the request id, and shows nothing', async () => {
    lines.length = 0
    const answer = await app.inject({ url: '/fails/bug/', headers: { 'x-request-id': 'bug-1' } })
    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toContain('secret detail')
    const failures = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error')
    expect(failures).toEqual([expect.objectContaining({ msg: 'request.failed', request_id: 'bug-1' })])
  })
})

describe('who may pass', () => {
  const ask = (authorization?: string, url = `/rooms/${ROOM}/`) =>
    app.inject({ url, headers: authorization ? { authorization } : {} })

  test('a route is closed unless it says that it is open', async () => {
    const answer = await ask()
    expect(answer.json()).toMatchObject({ status: 401, code: 'unauthorized' })
    expect(answer.headers['www-authenticate']).toBe('Bearer')
    expect((await ask(`Bearer ${rawToken([{ sub: 'c-1', exp: nowS() + 9 }])}`)).statusCode).toBe(401)
    expect((await ask(`Bearer ${TEST_INTERNAL_TOKEN}`)).statusCode).toBe(401)
  })

  test('a user passes', async () => {
    expect((await ask(`Bearer ${token('c-1')}`)).json()).toEqual({ room_id: ROOM, customer: 'c-1' })
  })

  test('internal paths want the internal secret, and no user has it', async () => {
    expect((await ask(undefined, '/internal/story/')).statusCode).toBe(401)
    expect((await ask(`Bearer ${token('c-1')}`, '/internal/story/')).statusCode).toBe(401)
    expect((await ask(`Bearer ${TEST_INTERNAL_TOKEN}`, '/internal/story')).json()).toEqual({ told: true })
  })
})

describe('limits', () => {
  test('count addresses, bad tokens included, and users, but not the one name of the backend', async () => {
    const taken: string[] = []
    const limits = {
      take: async (name: string, key: string) => void taken.push(`${name} ${key}`),
      close: async () => undefined,
    }
    const limited = await createApp({ log, config, auth: config, limits })
    limited.get('/me/', ({ user }) => user.id)
    const ask = (bearer: string) => limited.inject({ url: '/me/', headers: { authorization: `Bearer ${bearer}` } })
    await ask('nonsense')
    await ask(token('c-1'))
    await ask(serviceToken())
    await limited.close()
    expect(taken).toEqual(['ip 127.0.0.1', 'ip 127.0.0.1', 'user c-1', 'ip 127.0.0.1'])
  })

  test('a limit that is used up is 429 with Retry-After', async () => {
    const take = () => Promise.reject(new Refusal('rate_limited', undefined, { retryAfterS: 9 }))
    const limits = { take, close: async () => undefined }
    const limited = await createApp({ log, config, auth: config, limits })
    limited.get('/me/', ({ user }) => user.id)
    const answer = await limited.inject({ url: '/me/', headers: { authorization: `Bearer ${token('c-1')}` } })
    await limited.close()
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '9'])
  })
})

describe('request ids', () => {
  test('a good one is taken and returned, in errors too', async () => {
    const answer = await app.inject({ url: '/nothing/', headers: { 'x-request-id': 'abc-1' } })
    expect(answer.headers['x-request-id']).toBe('abc-1')
  })

  test.each(['a b', 'x'.repeat(129), 'ä'])('a bad one is replaced: %s', async (id) => {
    const answer = await app.inject({ url: '/nothing/', headers: { 'x-request-id': id } })
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('browsers', () => {
  test('an allowed origin may call and read what it needs', async () => {
    const preflight = await app.inject({
      method: 'OPTIONS',
      url: '/echo/',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
    })
    expect(preflight.statusCode).toBe(204)
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-headers': 'Authorization, Content-Type, Idempotency-Key, X-Request-Id',
    })
    const answer = await app.inject({ url: '/nothing/', headers: { origin: 'https://shop.example' } })
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-expose-headers': 'Location, Retry-After, X-Request-Id',
    })
  })

  test.each(['https://evil.example', 'https://shop.example.evil.example', 'null'])('%s may not', async (from) => {
    const answer = await app.inject({ url: '/nothing/', headers: { origin: from } })
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('answers are not guessed at, framed or kept', async () => {
    expect((await post('{"word":"a"}')).headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    })
  })
})

describe('what operators see', () => {
  test('one line per answer, without query string or token', async () => {
    lines.length = 0
    const secret = token('c-1')
    await app.inject({ url: `/rooms/${ROOM}/?token=canary`, headers: { authorization: `Bearer ${secret}` } })
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ msg: 'request', route: '/rooms/:room_id/', status: 200, user_id: 'c-1' }),
    ])
    expect(lines.join('')).not.toContain('canary')
    expect(lines.join('')).not.toContain(secret)
  })

  test('metrics count by route pattern', async () => {
    const answer = await app.inject('/metrics')
    expect(answer.body).toContain('route="/rooms/:room_id/",status="200"')
    expect(answer.body).toContain('nodejs_eventloop_lag_seconds')
    expect(answer.body).not.toContain(ROOM)
  })
})

describe('/openapi.json', () => {
  test('is OpenAPI 3.1 of the public operations with their refusals', async () => {
    expect(unused).toBeDefined()
    const document = (await app.inject('/openapi.json')).json()
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths)).toEqual(['/rooms/{room_id}/', '/echo/', '/list/', '/fails/{how}/'])
    expect(Object.keys(document.components.schemas).sort()).toEqual(['Problem', 'TestRoom'])
    const { responses } = document.paths['/rooms/{room_id}/'].get
    expect(Object.keys(responses)).toEqual(['200', '400', '401', '403', '404', '429', '503'])
    expect(responses[404].content['application/problem+json'].schema).toEqual({ $ref: '#/components/schemas/Problem' })
    expect(document.paths['/echo/'].post.security).toEqual([])
    expect(document.paths['/rooms/{room_id}/'].get.operationId).toBe('get_rooms_room_id')
    expect(document.components.securitySchemes.bearer.description).toContain('`sub`')
    expect(JSON.stringify(document)).not.toContain('Default Response')
  })
})
