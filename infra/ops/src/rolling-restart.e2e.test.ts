import { drive } from '@farmgate/load/drive.ts'
import { atUrl } from '@farmgate/load/target.ts'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import type { ServiceName } from '@farmgate/start/services.ts'
import { openMarket } from '@farmgate/test/e2e/market.ts'
import { TEST_SECRET } from '@farmgate/testing/tokens.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/* An upgrade: under load each process of each service is stopped and started anew, one at a time, two of each running. */

const ROOMS = 20
/** Messages a second: enough for several in every moment of a restart. */
const RATE = 60
const ROLLED: ServiceName[] = ['rooms-api', 'messages-api', 'ws-gateway', 'web']
const ASK_EVERY_MS = 50

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ instances: { 'rooms-api': 2, 'messages-api': 2, 'ws-gateway': 2, web: 2 } })
})
afterAll(() => stack.close())

test('every service is rolled: no message is lost, the one origin gives no 5xx, sockets are closed with 1012', async () => {
  const loaded = Promise.withResolvers<void>()
  const rolled = new AbortController()
  const asking = askUntil(rolled.signal)
  const driving = drive({
    target: atUrl(stack.url, TEST_SECRET),
    rooms: ROOMS,
    rate: RATE,
    durationMs: 120_000,
    onMeasuring: loaded.resolve,
    signal: rolled.signal,
  })
  await loaded.promise
  for (const name of ROLLED) for (const process of stack.services[name]) await stack.revive(process)
  rolled.abort()
  const { sent, lost, unacked, doubled, reordered, refused, closes } = await driving
  expect(sent).toBeGreaterThan(RATE)
  expect({ lost, unacked, doubled, reordered, refused }).toEqual({
    lost: 0,
    unacked: 0,
    doubled: 0,
    reordered: 0,
    refused: 0,
  })
  // Every socket had to move at least once, and was told why.
  expect(Object.keys(closes)).toEqual(['1012'])
  expect(closes[1012]).toBeGreaterThanOrEqual(ROOMS * 2)
  const answers = await asking
  expect(answers.length).toBeGreaterThan(20)
  expect(answers.filter(({ status }) => status >= 500)).toEqual([])
}, 180_000)

/** Reads and sends by HTTP, one after another, as long as it takes. */
async function askUntil(signal: AbortSignal) {
  const market = openMarket(stack)
  await market.offer('f-1', 'p-1')
  const { room_id } = (await market.checkOut('c-1', 'f-1', 'p-1')).body
  const answers: { path: string; status: number }[] = []
  const paths = ['/demo/market/', '/chat/rooms/', `/chat/rooms/${room_id}/`, `/chat/messages/?room_id=${room_id}`]
  for (let n = 0; !signal.aborted; n++) {
    const path = paths[n % paths.length] ?? ''
    answers.push({ path, status: (await market.ask('f-1', 'GET', path)).status })
    const said = { room_id, body: `Friday ${n}?` }
    answers.push({ path: 'send', status: (await market.ask('c-1', 'POST', '/chat/messages/', said)).status })
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
  }
  return answers
}
