import { SUBPROTOCOL } from '@farmgate/contracts/close-codes.ts'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type Exchange, openExchange } from './line.ts'
import { expectProblem, type Outsider, openOutsider } from './outsider.ts'

// The public interface, "Close codes": those that take a hurried gateway, rate limits that are on, or its end. And 429.

const HEARTBEAT_S = 1

let stack: Stack
let outsider: Outsider
let exchange: Exchange
let room_id: string
beforeAll(async () => {
  stack = await startStack({
    instances: { 'ws-gateway': 2 },
    env: { HEARTBEAT_S: String(HEARTBEAT_S), RATE_LIMITS: 'on', WS_QUERY_TOKEN: 'false' },
  })
  outsider = openOutsider(stack)
  exchange = openExchange(stack.wsUrl)
  await outsider.offer('bo', 'tomatoes')
  room_id = (await outsider.checkOut('ada')).body.room_id
})
afterEach(() => exchange.hangUpAll())
afterAll(() => stack.close())

it('heartbeat_s is told in both welcomes', async () => {
  const lines = [await exchange.enter(room_id, 'ada'), await exchange.watch('ada')]
  for (const line of lines) expect(line.frames[0]).toMatchObject({ type: 'welcome', heartbeat_s: HEARTBEAT_S })
})

it('4408: silent for two heartbeats, on both sockets; who answers pings or speaks stays', async () => {
  const mute = [exchange.room(room_id, 'ada', { autoPong: false }), exchange.inbox('ada', { autoPong: false })]
  const browser = await exchange.enter(room_id, 'ada')
  const talker = await exchange.enter(room_id, 'ada', { autoPong: false })
  const talking = setInterval(() => talker.say({ type: 'ping' }), 300)
  const began = Date.now()
  for (const line of mute) expect(await line.closed()).toBe(4408)
  expect(Date.now() - began).toBeGreaterThan(HEARTBEAT_S * 1_000)
  expect(Date.now() - began).toBeLessThan(4 * HEARTBEAT_S * 1_000)
  // Longer than any silence that is borne.
  await until(() => Date.now() - began > 3_500 * HEARTBEAT_S)
  clearInterval(talking)
  await Promise.all([browser.fence(), talker.fence()])
})

it('?token= is no token where WS_QUERY_TOKEN is not true', async () => {
  const dialling = { protocols: [SUBPROTOCOL], query: `?token=${token('ada')}` }
  expect(await exchange.room(room_id, 'ada', dialling).closed()).toBe(4401)
  expect(await exchange.inbox('ada', dialling).closed()).toBe(4401)
})

it('4429: over the rate limit, by pings', async () => {
  const line = await exchange.enter(room_id, 'ada')
  for (let i = 0; i < 1_000; i++) line.say({ type: 'ping' })
  expect(await line.closed()).toBe(4429)
  expect(line.all('pong').length).toBeLessThan(1_000)
})

it('typing too often is thinned and closes nothing, rate limits or not', async () => {
  const line = await exchange.enter(room_id, 'ada')
  for (let i = 0; i < 100; i++) line.say({ type: 'typing', is_typing: i % 2 === 0 })
  await line.fence()
  expect([line.all('error'), line.code]).toEqual([[], undefined])
})

it('429 over HTTP: slow down, with Retry-After; another user is not held up', async () => {
  let limited: Awaited<ReturnType<Outsider['list']>> | undefined
  for (let round = 0; round < 30 && !limited; round++) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => outsider.list('eager')))
    limited = answers.find((answer) => answer.status !== 200)
  }
  if (!limited) throw new Error('1,500 requests in a row were all answered')
  expectProblem(limited, 429, 'rate_limited')
  expect((await outsider.list('patient')).status).toBe(200)
})

// The last of this file: one gateway is gone after it.
it('1012 on SIGTERM, on every socket of that gateway; the other takes them back', async () => {
  const lines = await Promise.all(
    Array.from({ length: 12 }, (_, i) => (i % 2 ? exchange.watch(`guest-${i}`) : exchange.enter(room_id, 'ada'))),
  )
  const [leaving] = stack.services['ws-gateway']
  leaving?.kill('SIGTERM')
  await leaving?.ended()
  await until(() => lines.some((line) => line.code !== undefined))
  for (const line of lines) expect(line.code ?? 1012).toBe(1012)
  const back = await exchange.enter(room_id, 'ada')
  back.say({ type: 'message.send', client_message_id: 'after', body: 'after' })
  await back.next('message.created', (frame) => frame.message.client_message_id === 'after')
})
