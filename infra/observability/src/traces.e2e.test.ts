import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { type Market, openMarket } from '@farmgate/test/e2e/market.ts'
import { RoomClient } from '@farmgate/test/e2e/room-client.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CollectedSpan, startCollector } from './collector.fixture.ts'

let collector: Awaited<ReturnType<typeof startCollector>>
let stack: Stack
let market: Market
let room_id: string

beforeAll(async () => {
  collector = await startCollector()
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: '1' }
  stack = await startStack({ env })
  market = openMarket(stack)
  await market.offer('f-1', 'p-1')
  room_id = (await market.checkOut('c-1', 'f-1', 'p-1')).body.room_id
})
afterAll(async () => {
  await stack.close()
  await collector.close()
})

/** `service: name`, each below what caused it; what happened more than once stands there once. */
function tree(spans: readonly CollectedSpan[], parent?: string, depth = 0): string[] {
  const lines = spans
    .filter(({ parentSpanId }) => parentSpanId === parent)
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .flatMap(({ spanId, service, name }) => [
      `${'  '.repeat(depth)}${service}: ${name}`,
      ...tree(spans, spanId, depth + 1),
    ])
  return [...new Set(lines)]
}

/** The newest trace that begins like this, as a tree. */
function traceOf(root: string): string[] {
  const begin = collector.spans.findLast(({ name, parentSpanId }) => name === root && !parentSpanId)
  return tree(collector.spans.filter(({ traceId }) => traceId === begin?.traceId))
}

/** Spans are sent every second, by each service for itself. */
const untilTold = (root: string, told: string[]) =>
  until(
    () => {
      expect(traceOf(root)).toEqual(told)
      return true
    },
    { within: 10_000 },
  )

const HEARD = ['      rooms-api: hear message.created', '        rooms-api: postgres statement']

test('one message is one trace, from the frame of its sender to the socket of the other', async () => {
  const [ada, bo] = ['c-1', 'f-1'].map((user) => new RoomClient(stack.wsUrl, room_id, user))
  await Promise.all([ada?.next('welcome'), bo?.next('welcome')])
  ada?.send('a word that no span tells')
  await until(() => [...(bo?.messages.values() ?? [])].some(({ body }) => body.startsWith('a word')))
  const isDelivery = (line: string) => line.endsWith('ws-gateway: deliver')
  await until(
    () => {
      const told = traceOf('frame message.send')
      expect(told.filter((line) => !isDelivery(line))).toEqual([
        'ws-gateway: frame message.send',
        '  messages-api: append',
        '    messages-api: postgres statement',
        '    messages-api: publish messages',
        ...HEARD,
      ])
      // With the answer to the sender's gateway or, where that is sooner, off the stream; never both.
      expect(told.filter(isDelivery)).toHaveLength(1)
      return true
    },
    { within: 10_000 },
  )
  expect(collector.sent()).not.toContain('a word that no span tells')
  await Promise.all([ada?.close(), bo?.close()])
})

test('a message sent by HTTP is one trace, too, and reaches the sockets off the stream', async () => {
  const bo = new RoomClient(stack.wsUrl, room_id, 'f-1')
  await bo.next('welcome')
  await market.ask('c-1', 'POST', '/chat/messages/', { room_id, body: 'Friday?' })
  await untilTold('POST /chat/messages/', [
    'messages-api: POST /chat/messages/',
    '  messages-api: append',
    '    messages-api: postgres statement',
    '    messages-api: publish messages',
    '      ws-gateway: deliver',
    ...HEARD,
  ])
  await bo.close()
})

test('a caller that is traced itself is gone on with', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const traceparent = `00-${traceId}-b7ad6b7169203331-01`
  await market.ask('c-1', 'GET', `/chat/messages/?room_id=${room_id}`, undefined, { traceparent })
  const own = () => collector.spans.filter((span) => span.traceId === traceId).map(({ name }) => name)
  await until(() => own().includes('GET /chat/messages/') && own().includes('postgres statement'), { within: 10_000 })
})
