import { roomClientFrames } from '@farmgate/contracts/client-frames.ts'
import { closeCodes, MAX_FRAME_BYTES } from '@farmgate/contracts/close-codes.ts'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { type Exchange, openExchange, type RoomLine } from '@farmgate/test/e2e/api/line.ts'
import { openMarket } from '@farmgate/test/e2e/market.ts'
import { token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { RUNS, WITHIN_MS } from './config.ts'
import { sendBytes, statusOf } from './raw-request.ts'

// Any bytes to any door: a 4xx or a defined close, and the process goes on.

let stack: Stack
let exchange: Exchange
let room_id: string
beforeAll(async () => {
  stack = await startStack()
  exchange = openExchange(stack.wsUrl)
  const market = openMarket(stack)
  await market.offer('bo', 'tomatoes')
  room_id = (await market.checkOut('ada', 'bo', 'tomatoes')).body.room_id
})
afterAll(async () => {
  await exchange.hangUpAll()
  await stack.close()
})

const PATHS = [
  '/chat/rooms/',
  '/chat/messages/',
  '/chat/messages/read/',
  '/chat/images/',
  '/catalog/users/',
  '/ws/inbox/',
  '/ws/chat/',
]
const text = fc.string({ unit: 'binary', maxLength: 60 })
/** No line ends: those would make other lines of it, which is what the bytes without a form are for. */
const word = text.map((it) => it.replace(/[\r\n]/g, ''))

const requests = fc.record({
  method: fc.oneof(fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'HEAD'), word),
  path: fc.tuple(fc.constantFrom(...PATHS, '/', '/internal/', '/metrics'), word).map((parts) => parts.join('')),
  headers: fc.dictionary(
    fc.constantFrom('x-request-id', 'content-type', 'transfer-encoding', 'upgrade', 'expect', 'cookie', 'range'),
    word,
  ),
  hasToken: fc.boolean(),
  body: fc.uint8Array({ maxLength: 300 }),
})

function bytesOf({
  method,
  path,
  headers,
  hasToken,
  body,
}: typeof requests extends fc.Arbitrary<infer T> ? T : never): Buffer {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'host: farm',
    'connection: close',
    ...(hasToken ? [`authorization: Bearer ${token('ada')}`] : []),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${body.length}`,
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body])
}

const ports = () => Object.values(stack.urls).map((url) => Number(new URL(url).port))

async function expectNoHarm(port: number, bytes: Uint8Array) {
  expect(statusOf(await sendBytes(port, bytes))).toBeLessThan(500)
}

async function expectAllAlive() {
  for (const each of Object.values(stack.services).flat()) expect(each.isRunning()).toBe(true)
  for (const url of Object.values(stack.urls)) expect((await fetch(`${url}/healthz`)).status).toBe(200)
}

it('requests of any method, path, headers and body are no 5xx', { timeout: WITHIN_MS }, async () => {
  const property = fc.asyncProperty(fc.nat(3), requests, (at, request) =>
    expectNoHarm(ports()[at] ?? 0, bytesOf(request)),
  )
  await fc.assert(property, { numRuns: RUNS })
  await expectAllAlive()
})

it('bytes that are no request harm nobody', { timeout: WITHIN_MS }, async () => {
  const property = fc.asyncProperty(fc.nat(3), fc.uint8Array({ maxLength: 500 }), (at, bytes) =>
    expectNoHarm(ports()[at] ?? 0, bytes),
  )
  await fc.assert(property, { numRuns: RUNS })
  await expectAllAlive()
})

const typed = fc.tuple(
  fc.constantFrom(...Object.keys(roomClientFrames), 'welcome', 'message.created'),
  fc.dictionary(
    fc.constantFrom('body', 'client_message_id', 'image_ids', 'message_id', 'seq', 'is_typing', 'token', '__proto__'),
    fc.jsonValue(),
  ),
)
const frames = fc.oneof(
  { weight: 4, arbitrary: typed.map(([type, fields]) => JSON.stringify({ ...fields, type })) },
  { weight: 2, arbitrary: fc.json() },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 2_000 }) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  { weight: 1, arbitrary: fc.nat(40).map((more) => 'x'.repeat(MAX_FRAME_BYTES - 20 + more)) },
)

const DEFINED = Object.values(closeCodes).map(({ code }) => code)

it('any frame is answered, or closes its socket with a defined code', { timeout: WITHIN_MS }, async () => {
  let line: RoomLine | undefined
  const property = fc.asyncProperty(frames, async (frame) => {
    if (line?.code !== undefined) line = undefined
    line ??= await exchange.enter(room_id, 'ada')
    const here = line
    const pongs = here.all('pong').length
    here.socket.send(frame)
    here.say({ type: 'ping' })
    await until(() => here.code !== undefined || here.all('pong').length > pongs, { what: 'an answer' })
    if (here.code !== undefined) expect(DEFINED).toContain(here.code)
    expect(here.all('error').filter(({ code }) => code === 'internal')).toEqual([])
  })
  await fc.assert(property, { numRuns: RUNS })
  await expectAllAlive()
})
