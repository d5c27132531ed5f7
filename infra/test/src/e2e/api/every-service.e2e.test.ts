import net from 'node:net'
import { closeCodes } from '@farmgate/contracts/close-codes.ts'
import { roomServerFrames } from '@farmgate/contracts/server-frames.ts'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { TEST_INTERNAL_TOKEN, token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Exchange, openExchange } from './line.ts'
import { expectProblem, type Outsider, openOutsider } from './outsider.ts'

// The public interface, "Every service".

const SERVICES = ['rooms-api', 'messages-api', 'ws-gateway'] as const

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

const at = (service: (typeof SERVICES)[number]) => outsider.at(stack.urls[service])

it('GET /healthz: the process lives, of each service and of the one origin, without a token', async () => {
  for (const { ask } of [outsider, ...SERVICES.map(at)])
    for (const path of ['/healthz', '/healthz/']) expect((await ask('GET', path)).status).toBe(200)
})

it('GET /readyz: it can serve, and names each dependency', async () => {
  const dependencies = {
    'rooms-api': ['postgres', 'redis'],
    'messages-api': ['postgres', 'redis'],
    'ws-gateway': ['redis', 'messages-api', 'rooms-api'],
  }
  for (const service of SERVICES) {
    const { status, text } = await at(service).ask('GET', '/readyz')
    expect(status, service).toBe(200)
    for (const name of dependencies[service]) expect(text).toContain(name)
  }
  const { status, text } = await outsider.ask('GET', '/readyz')
  expect(status).toBe(200)
  for (const service of SERVICES) expect(text).toContain(service)
})

it('GET /metrics: Prometheus, on each service’s own port only', async () => {
  for (const service of SERVICES) {
    const { status, headers, text } = await at(service).ask('GET', '/metrics')
    expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/plain/)])
    expect(text).toMatch(/^# TYPE \w+ (counter|gauge|histogram)$/m)
    expect(text).not.toContain(room_id)
  }
})

describe('The one origin passes on neither /metrics nor /internal/: both are 404 there', () => {
  const ODD = /[%\\;]|^http/
  /** Whatever a proxy, a router or a URL parser may take for the same path. */
  const spellings = (name: string) => [
    `/${name}`,
    `/${name}/`,
    `/${name}/x`,
    `/${name}?x=1`,
    `/${name}/?x=1`,
    `//${name}/`,
    `///${name}`,
    `/./${name}/`,
    `/.//${name}/`,
    `/x/../${name}/`,
    `/${name}/../${name}/`,
    `/%2e/${name}/`,
    `/x/%2e%2e/${name}/`,
    `/%2f${name}/`,
    `/%5c${name}/`,
    `/\\${name}/`,
    `/${name}%2f`,
    `/${name};x=1/`,
    `/${name}%00/`,
    `/${name}%20`,
    `/${name.toUpperCase()}/`,
    `/${name[0]?.toUpperCase()}${name.slice(1)}/`,
    `/%${name.charCodeAt(0).toString(16)}${name.slice(1)}/`,
    `/%25${name.charCodeAt(0).toString(16)}${name.slice(1)}/`,
    `/chat/rooms/../../${name}/`,
    `/chat/rooms/..%2f..%2f${name}/`,
    `/chat/rooms/%2e%2e/%2e%2e/${name}/`,
    `/chat/messages/../../${name}/`,
    `/chat/messages/..%2f..%2f${name}/`,
    `/chat/messages/%2e%2e/%2e%2e/${name}/`,
    `/chat/messages/..\\..\\${name}/`,
    `/chat/images/../../${name}/`,
    `/catalog/../${name}/`,
    `/catalog/..%2f${name}/`,
    `/catalog/%2e%2e/${name}/`,
    `/ws/../${name}/`,
    `/ws/..%2f${name}/`,
    `/ws/%2e%2e/${name}/`,
    `http://127.0.0.1/${name}/`,
    `http://127.0.0.1/chat/rooms/../../${name}/`,
  ]

  it('a story of rooms-api is there for who has the secret, past the origin', async () => {
    const asking = { token: TEST_INTERNAL_TOKEN, body: { room_id, after: 0 } }
    expect((await at('rooms-api').ask('POST', '/internal/rooms/story/', asking)).status).toBe(200)
  })

  it.each(['metrics', 'internal', 'internal/rooms/story'])(
    '/%s in any spelling, even with the secret',
    async (name) => {
      for (const path of spellings(name))
        for (const jwt of [TEST_INTERNAL_TOKEN, token('ada')])
          for (const method of ['GET', 'POST']) {
            const body = method === 'POST' ? { room_id, after: 0 } : undefined
            const answer = await outsider.ask(method, path, { token: jwt, body })
            // What is no path at all may be 400; what is the path of a room with an odd name is refused as such.
            const refusals = ODD.test(path) ? [400, 401, 404, 405] : [404]
            expect(answer.status, `${method} ${path}`).toBeOneOf(refusals)
            expectProblem(answer, answer.status)
          }
    },
  )

  it('on a service’s own port /internal/ wants the internal secret, not a user’s token', async () => {
    const body = { room_id, after: 0 }
    for (const jwt of [token('ada'), token('marketplace', { role: 'service' }), `${TEST_INTERNAL_TOKEN}x`])
      expectProblem(await at('rooms-api').ask('POST', '/internal/rooms/story/', { token: jwt, body }), 401)
    expectProblem(await at('rooms-api').ask('POST', '/internal/rooms/story/', { body }), 401)
  })
})

describe('X-Request-Id', () => {
  it('is taken and returned, of answers and of errors, at the origin and at each service', async () => {
    for (const { ask } of [outsider, at('rooms-api'), at('messages-api'), at('ws-gateway')])
      for (const path of ['/healthz', '/chat/rooms/', '/nope', `/chat/messages/?room_id=${room_id}`]) {
        const { headers } = await ask('GET', path, { as: 'ada', headers: { 'x-request-id': 'trace-1234.abc_DEF' } })
        expect(headers['x-request-id'], path).toBe('trace-1234.abc_DEF')
      }
  })

  it('is made where none comes, another each time', async () => {
    const ids = await Promise.all([1, 2, 3].map(async () => (await outsider.list('ada')).headers['x-request-id']))
    for (const id of ids) expect(id).toMatch(/^\S{8,}$/)
    expect(new Set(ids).size).toBe(3)
    expect((await outsider.ask('GET', '/')).headers['x-request-id']).toMatch(/^\S{8,}$/)
    expect((await outsider.ask('GET', '/nope')).headers['x-request-id']).toMatch(/^\S{8,}$/)
  })

  it('that could not stand in a log line is replaced', async () => {
    for (const id of ['', ' ', 'x'.repeat(300), 'a b', 'é']) {
      const { headers } = await outsider.ask('GET', '/chat/rooms/', { as: 'ada', headers: { 'x-request-id': id } })
      expect(headers['x-request-id']).toMatch(/^[\w.:-]{8,64}$/)
    }
  })

  it('stands in the log lines of that request', async () => {
    const headers = { 'x-request-id': 'follow-me-1' }
    const body = { room_id, body: 'hi' }
    await outsider.ask('POST', '/chat/messages/', { as: 'ada', headers, body })
    await until(async () => (await stack.log('messages-api')).includes('follow-me-1'))
    for (const line of (await stack.log('messages-api')).split('\n').filter((text) => text.includes('follow-me-1')))
      expect(JSON.parse(line)).toMatchObject({ request_id: 'follow-me-1' })
  })
})

it('no token, no query string and no message text in any log, metric or error', async () => {
  const canary = 'canary-in-the-farm'
  const jwt = token('ada', { name: canary })
  const line = await exchange.enter(room_id, 'ada', { token: jwt })
  await exchange.enter(room_id, 'ada', { protocols: ['farmgate.v1'], query: `?token=${jwt}&x=${canary}` })
  line.say({ type: 'message.send', client_message_id: 'c', body: canary })
  const { message } = await line.next('message.created', (frame) => frame.message.body === canary)
  line.say({ type: 'message.edit', message_id: message.message_id, body: `${canary}!` })
  await line.next('message.updated')
  line.socket.send(`{"${canary}`)
  await line.next('error')
  const by = { token: jwt }
  const answers = [
    await outsider.ask('GET', `/chat/rooms/?limit=x&q=${canary}`, by),
    await outsider.ask('GET', `/chat/rooms/?token=${jwt}`, {}),
    await outsider.ask('POST', '/chat/messages/', { ...by, body: { room_id, body: canary, seq: 1 } }),
    await outsider.ask('POST', '/chat/messages/', { ...by, raw: `{"body":"${canary}` }),
    await outsider.ask('GET', '/chat/rooms/', { token: `${jwt}x` }),
  ]
  for (const answer of answers) {
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.text).not.toMatch(new RegExp(`${canary}|${jwt}`))
  }
  const signature = jwt.split('.')[2] ?? ''
  for (const service of [...SERVICES, 'web'] as const) {
    const { text } = await outsider.at(stack.urls[service]).ask('GET', '/metrics')
    for (const seen of [text, await stack.log(service)]) {
      expect(seen.includes(canary), `${service} shows what was written`).toBe(false)
      expect(seen.includes(signature), `${service} shows a token`).toBe(false)
    }
  }
})

describe('The documents', () => {
  type OpenApi = { openapi: string; paths: Record<string, Record<string, unknown>> }
  const operationsOf = ({ paths }: OpenApi) =>
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )

  it.each([
    [
      'rooms-api',
      [
        'POST /chat/rooms/',
        'GET /chat/rooms/',
        'GET /chat/rooms/{room_id}/',
        'PATCH /chat/rooms/{room_id}/',
        'PUT /catalog/users/{user_id}/',
        'GET /catalog/users/{user_id}/',
        'PUT /catalog/products/{product_id}/',
        'GET /catalog/products/{product_id}/',
      ],
    ],
    [
      'messages-api',
      [
        'GET /chat/messages/',
        'POST /chat/messages/',
        'GET /chat/messages/{message_id}/',
        'PATCH /chat/messages/{message_id}/',
        'DELETE /chat/messages/{message_id}/',
        'POST /chat/messages/read/',
      ],
    ],
  ] as const)(
    'OpenAPI 3.1 at /openapi.json of %s: every operation, none twice, nothing internal',
    async (service, expected) => {
      const { status, body, text } = await at(service).ask<OpenApi>('GET', '/openapi.json')
      expect([status, body.openapi]).toEqual([200, expect.stringMatching(/^3\.1\./)])
      expect(operationsOf(body)).toEqual(expect.arrayContaining([...expected]))
      expect(Object.keys(body.paths).filter((path) => !path.endsWith('/'))).toEqual([])
      expect(text).not.toContain('/internal/')
    },
  )

  it('AsyncAPI 3 at /asyncapi.json of ws-gateway: both sockets and every frame', async () => {
    const { status, body, text } = await at('ws-gateway').ask<{ asyncapi: string }>('GET', '/asyncapi.json')
    expect([status, body.asyncapi]).toEqual([200, expect.stringMatching(/^3\./)])
    for (const address of ['/ws/chat/{room_id}/', '/ws/inbox/']) expect(text).toContain(address)
    for (const type of [
      'message.send',
      'message.edit',
      'message.delete',
      'read',
      'typing',
      'token.refresh',
      'ping',
      'welcome',
      'resync',
      'caught_up',
      'message.created',
      'message.updated',
      'message.deleted',
      'presence',
      'order.status',
      'error',
      'pong',
      'room.updated',
    ])
      expect(text, type).toContain(`"${type}"`)
  })
})

it('GET /docs/ of the one origin shows what those documents say', async () => {
  const { status, text } = await outsider.ask('GET', '/docs/')
  expect(status).toBe(200)
  for (const { code, says } of Object.values(closeCodes)) expect(text).toContain(`<b>${code}</b></td><td>${says}`)
  expect(text).toContain('The newest page below this seq')
  expect(text).toMatch(/<code>limit<\/code>.*default <code>50<\/code>/)
  for (const [type, frame] of Object.entries(roomServerFrames))
    expect(text, type).toContain(firstWords(frame.description))
})

/** Up to where the page would set code, or escape something. */
const firstWords = (description = '') => /^[^`’'"]*/.exec(description)?.[0] ?? ''

it('a request that is no HTTP is 400, and the origin goes on', async () => {
  const { hostname, port } = new URL(stack.url)
  const answer = await new Promise<string>((resolve, reject) => {
    let text = ''
    const socket = net.connect(Number(port), hostname, () => socket.write('NONSENSE\r\n\r\n'))
    socket.on('data', (data) => {
      text += String(data)
    })
    socket.on('close', () => resolve(text)).on('error', reject)
  })
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect((await outsider.ask('GET', '/healthz')).status).toBe(200)
})

// The last of this file: a service and Redis are away after it.
it('/readyz of the one origin is ready when all three behind it are; 503 names who is not', async () => {
  const [gateway] = stack.services['ws-gateway']
  await gateway?.close()
  await until(async () => {
    const answer = await outsider.ask('GET', '/readyz')
    return answer.status === 503 && answer.text.includes('ws-gateway')
  })
  expect((await outsider.ask('GET', '/healthz')).status).toBe(200)
  expectProblem(await outsider.ask('GET', '/ws/inbox/', { as: 'ada' }), 503)
  await stack.postgres.stop()
  await until(async () => (await at('rooms-api').ask('GET', '/readyz')).status === 503, { within: 10_000 })
  expect((await at('rooms-api').ask('GET', '/readyz')).text).toContain('postgres')
  expect((await at('rooms-api').ask('GET', '/healthz')).status).toBe(200)
})
