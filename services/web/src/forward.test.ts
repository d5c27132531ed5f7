import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { Arrival } from '@farmgate/service-kit/arrival.ts'
import { configOrExit } from '@farmgate/service-kit/config.ts'
import { createLog } from '@farmgate/service-kit/log.ts'
import { rawAnswer } from '@farmgate/service-kit/problems.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { freePort } from '@farmgate/testing/ports.ts'
import { until } from '@farmgate/testing/until.ts'
import fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createOrigin } from './app.ts'
import { shape } from './config.ts'

/** One real server that plays all three services: it says what it was asked, streams, refuses, and speaks WebSocket. */
const upstream = fastify({ bodyLimit: 50_000_000 })
const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'farmgate.v1' })
let origin: string
let app: Awaited<ReturnType<typeof createOrigin>>

beforeAll(async () => {
  upstream.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  upstream.all('/chat/rooms/', (request) => ({ url: request.raw.url, headers: request.headers }))
  upstream.get('/chat/rooms', (request) => ({ url: request.raw.url }))
  upstream.get('/chat/rooms/conflict/', (_request, reply) =>
    reply.code(409).header('x-own', 'yes').type('application/problem+json').send('{"code":"illegal_transition"}'),
  )
  upstream.post('/chat/images/', (request, reply) => reply.type('application/octet-stream').send(request.body))
  upstream.get('/chat/messages/hangs/', (request) => request.raw.socket.destroy())
  upstream.get('/ws/room/', (_request, reply) => reply.code(426).send({ code: 'upgrade_required' }))
  upstream.get('/readyz', () => ({ status: 'ready' }))
  upstream.get('/openapi.json', () => ({ openapi: '3.1.0', info: { title: 'Rooms' }, paths: {} }))
  upstream.get('/asyncapi.json', () => ({
    asyncapi: '3.0.0',
    info: { title: '<script>alert(1)</script>' },
    channels: {},
  }))
  upstream.server.on('upgrade', (request, socket, head) => {
    const { searchParams } = new URL(request.url ?? '', 'http://x')
    if (searchParams.has('refuse')) return socket.end(rawAnswer(new Refusal('origin_not_allowed')))
    sockets.handleUpgrade(request, socket, head, (client) => {
      // As the gateway does where no more comes; or as nobody does.
      if (searchParams.has('stays')) socket.removeAllListeners('end')
      else socket.prependListener('end', () => client.close(1012, 'the server restarts'))
      sockets.emit('connection', client, request)
    })
  })
  sockets.on('connection', (client: WebSocket, request: IncomingMessage) => {
    const { searchParams } = new URL(request.url ?? '', 'http://x')
    client.send(JSON.stringify({ for: request.headers['x-forwarded-for'], id: request.headers['x-request-id'] }))
    const code = Number(searchParams.get('close'))
    if (code) client.close(code, 'why')
    client.on('message', (data, isBinary) => client.send(data, { binary: isBinary }))
  })
  const url = await upstream.listen({ host: '127.0.0.1', port: 0 })
  ;[app, origin] = await startOrigin({ ROOMS_API_URL: url, MESSAGES_API_URL: url, WS_GATEWAY_URL: url })
})

afterAll(async () => {
  for (const client of sockets.clients) client.terminate()
  await app.close()
  await upstream.close()
})

async function startOrigin(env: Record<string, string>, arrival?: Arrival) {
  const made = await createOrigin({
    config: configOrExit(shape, env),
    log: createLog('web', 'silent'),
    ...(arrival && { arrival }),
  })
  return [made, await made.listen({ host: '127.0.0.1', port: 0 })] as const
}

/** A body that comes in these pieces, with a pause after each. */
async function* every(ms: number, pieces: Buffer[]) {
  for (const piece of pieces) {
    yield piece
    await new Promise((done) => setTimeout(done, ms))
  }
}

const json = async (answer: Response) => (await answer.json()) as Record<string, Record<string, string>>
const ask = (path: string, init?: RequestInit) => fetch(origin + path, init)

async function open(path: string, headers = {}) {
  const socket = new WebSocket(origin.replace('http', 'ws') + path, ['farmgate.v1', 'bearer.x'], { headers })
  onTestFinished(() => socket.terminate())
  const [first] = await once(socket, 'message')
  return { socket, first: JSON.parse(String(first)) }
}

/** The HTTP answer that an upgrade gets instead of a socket. */
async function refused(at: string, path: string) {
  const socket = new WebSocket(at.replace('http', 'ws') + path)
  let opened = false
  socket.on('open', () => {
    opened = true
  })
  const [, answer]: [unknown, IncomingMessage] = (await once(socket, 'unexpected-response')) as never
  let body = ''
  for await (const chunk of answer) body += chunk
  expect(opened).toBe(false)
  return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(body) }
}

describe('requests', () => {
  test('status, headers and body of a refusal pass unchanged', async () => {
    const answer = await ask('/chat/rooms/conflict/')
    expect([answer.status, answer.headers.get('x-own'), await answer.text()]).toEqual([
      409,
      'yes',
      '{"code":"illegal_transition"}',
    ])
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  })

  test('the path goes as it came, with and without the slash, the query too', async () => {
    expect(await (await ask('/chat/rooms?x=%2f')).json()).toEqual({ url: '/chat/rooms?x=%2f' })
  })

  test('a body of 10 MB is streamed there and back', async () => {
    const body = Buffer.alloc(10_000_000, 'x')
    const answer = await ask('/chat/images/', { method: 'POST', body, headers: { 'content-type': 'image/png' } })
    expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true)
  })

  describe('an upload over a slow line', () => {
    const chunk = Buffer.alloc(100_000, 'x')
    // 300 ms stand for 10 s.
    const arrival = { headersMs: 300, silenceMs: 300, totalMs: 10_000 }
    const upload = async (path: string, type: string, body: AsyncIterable<Buffer>) => {
      const url = upstream.listeningOrigin
      const [slow, at] = await startOrigin({ ROOMS_API_URL: url, MESSAGES_API_URL: url }, arrival)
      onTestFinished(() => slow.close())
      return fetch(at + path, { method: 'POST', body, duplex: 'half', headers: { 'content-type': type } })
    }

    test('2 MB that trickle for longer than any wait arrive', async () => {
      const answer = await upload('/chat/images/', 'image/png', every(50, Array(20).fill(chunk)))
      expect((await answer.arrayBuffer()).byteLength).toBe(2_000_000)
    })

    test('one that stands still is 408', async () => {
      const answer = await upload('/chat/rooms/', 'application/json', every(1_000, [chunk, chunk]))
      expect(answer.status).toBe(408)
      expect(await answer.json()).toMatchObject({ code: 'request_timeout' })
    })
  })

  test('what a trusted proxy says of the client is kept and added to, and a request id is made', async () => {
    const { headers } = await json(await ask('/chat/rooms/', { headers: { 'x-forwarded-for': '203.0.113.9' } }))
    expect(headers).toMatchObject({
      'x-forwarded-for': '203.0.113.9, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': new URL(origin).host,
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })

  test('what any other client says of itself is dropped', async () => {
    const [other, at] = await startOrigin({ ROOMS_API_URL: upstream.listeningOrigin, TRUSTED_PROXIES: '10.0.0.0/8' })
    onTestFinished(() => other.close())
    const claims = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-host': 'evil', forwarded: 'for=evil' }
    const { headers } = await json(await fetch(`${at}/chat/rooms/`, { headers: { ...claims, 'x-request-id': 'r-1' } }))
    expect(headers?.['x-forwarded-for']).toBe('127.0.0.1')
    expect(headers?.['x-forwarded-host']).toBe(new URL(at).host)
    expect(headers).not.toHaveProperty('forwarded')
    expect(headers?.['x-request-id']).toBe('r-1')
  })

  test('a service that is away is a 503 problem with Retry-After', async () => {
    const [other, at] = await startOrigin({ ROOMS_API_URL: `http://127.0.0.1:${await freePort()}` })
    onTestFinished(() => other.close())
    const answer = await fetch(`${at}/chat/rooms/`, { headers: { 'x-request-id': 'r-2' } })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('x-request-id')).toBe('r-2')
    expect(await answer.json()).toMatchObject({ code: 'unavailable' })
  })

  test('a service that breaks off before it answers is a 503', async () => {
    expect((await ask('/chat/messages/hangs/')).status).toBe(503)
  })

  test.each(['/metrics', '/internal/rooms/', '/%69nternal/rooms/', '//internal/x', '/nothing'])(
    '%s is 404',
    async (path) => {
      const answer = await ask(path)
      expect(answer.status).toBe(404)
      expect(await answer.json()).toMatchObject({ code: 'not_found' })
    },
  )

  test('dots that lead out of a prefix are 404', async () => {
    const { hostname, port } = new URL(origin)
    const request = httpRequest({ hostname, port, path: '/ws/../internal/rooms/' }).end()
    const [answer]: [IncomingMessage] = (await once(request, 'response')) as never
    answer.resume()
    expect(answer.statusCode).toBe(404)
  })

  test('an offer of another protocol is ignored, not refused', async () => {
    const { hostname, port } = new URL(origin)
    const headers = { connection: 'upgrade, http2-settings', upgrade: 'h2c', 'http2-settings': 'x' }
    const request = httpRequest({ hostname, port, path: '/healthz', headers }).end()
    const [answer]: [IncomingMessage] = (await once(request, 'response')) as never
    answer.resume()
    expect(answer.statusCode).toBe(200)
  })
})

describe('sockets', () => {
  test('frames pass both ways, text and binary, with the chosen protocol', async () => {
    const { socket, first } = await open('/ws/room/', { 'x-request-id': 'r-3' })
    expect(first).toEqual({ for: '127.0.0.1', id: 'r-3' })
    expect(socket.protocol).toBe('farmgate.v1')
    socket.send('hello')
    expect(String((await once(socket, 'message'))[0])).toBe('hello')
    socket.send(Buffer.from([1, 2]), { binary: true })
    expect((await once(socket, 'message'))[1]).toBe(true)
  })

  test.each([4400, 4401, 4404, 1012, 1013])('the close code %i passes with its reason', async (code) => {
    const { socket } = await open(`/ws/room/?close=${code}`)
    const [closed, reason] = await once(socket, 'close')
    expect([closed, String(reason)]).toEqual([code, 'why'])
  })

  test("a client's close code reaches the service", async () => {
    const { socket } = await open('/ws/room/')
    const [client] = [...sockets.clients].slice(-1)
    socket.close(4001, 'bye')
    expect(((await once(client as WebSocket, 'close')) as unknown[])[0]).toBe(4001)
  })

  test('a refused upgrade passes unchanged, and nothing was accepted before', async () => {
    const answer = await refused(origin, '/ws/room/?refuse')
    expect(answer).toMatchObject({ status: 403, body: { code: 'origin_not_allowed' } })
    expect(answer.headers['content-type']).toBe('application/problem+json')
  })

  test('a plain GET gets what the gateway says: 426', async () => {
    expect((await ask('/ws/room/')).status).toBe(426)
  })

  test('a gateway that is away is an HTTP 503 problem', async () => {
    const [other, at] = await startOrigin({ WS_GATEWAY_URL: `http://127.0.0.1:${await freePort()}` })
    onTestFinished(() => other.close())
    const answer = await refused(at, '/ws/room/')
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    expect(answer.headers['retry-after']).toBe('1')
  })

  test('a client that vanishes leaves nothing open behind', async () => {
    const before = sockets.clients.size
    const { socket } = await open('/ws/room/')
    expect(sockets.clients.size).toBe(before + 1)
    socket.terminate()
    await until(() => sockets.clients.size <= before)
  })

  test('a gateway that is killed ends its clients', async () => {
    const { socket } = await open('/ws/room/')
    for (const client of sockets.clients) client.terminate()
    const [code] = await once(socket, 'close')
    expect(code).toBe(1006)
  })
})

describe('stopping', () => {
  test('sockets are closed by their gateway, and those left are cut after 5 s', async () => {
    const [other, at] = await startOrigin({ WS_GATEWAY_URL: upstream.listeningOrigin })
    const polite = new WebSocket(`${at.replace('http', 'ws')}/ws/room/`)
    const stubborn = new WebSocket(`${at.replace('http', 'ws')}/ws/room/?stays`)
    await Promise.all([once(polite, 'message'), once(stubborn, 'message')])
    const closings = Promise.all([once(polite, 'close'), once(stubborn, 'close')])
    const begun = performance.now()
    await other.close()
    expect((await closings).map(([code]) => code).sort()).toEqual([1006, 1012])
    expect(performance.now() - begun).toBeLessThan(7_000)
  })
})

describe('its own doors', () => {
  test('ready only when all three are', async () => {
    expect(await (await ask('/readyz')).json()).toEqual({
      status: 'ready',
      dependencies: { 'rooms-api': 'up', 'messages-api': 'up', 'ws-gateway': 'up' },
    })
    const url = upstream.listeningOrigin
    const away = `http://127.0.0.1:${await freePort()}`
    const [other, at] = await startOrigin({ ROOMS_API_URL: url, MESSAGES_API_URL: url, WS_GATEWAY_URL: away })
    onTestFinished(() => other.close())
    const answer = await fetch(`${at}/readyz`)
    expect([answer.status, (await json(answer)).dependencies?.['ws-gateway']]).toEqual([503, 'down'])
    expect((await fetch(`${at}/healthz`)).status).toBe(200)
    expect((await fetch(`${at}/docs/ws-gateway.json`)).status).toBe(503)
    expect(await (await fetch(`${at}/docs/`)).text()).toContain('does not answer at the moment')
  })

  test('the documents of the services', async () => {
    expect(await (await ask('/docs/rooms-api.json')).json()).toMatchObject({ openapi: '3.1.0' })
    expect(await (await ask('/docs/messages-api.json')).json()).toMatchObject({ openapi: '3.1.0' })
    expect(await (await ask('/docs/ws-gateway.json')).json()).toMatchObject({ asyncapi: '3.0.0' })
  })

  test('the reference has no script, and a policy that would not run one', async () => {
    const answer = await ask('/docs/')
    const page = await answer.text()
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(page).not.toMatch(/<script|style=|https?:\/\/(?!127)/)
    expect(page).toContain('illegal_transition')
    expect((await ask('/docs/reference.css')).headers.get('content-type')).toBe('text/css; charset=utf-8')
  })
})
