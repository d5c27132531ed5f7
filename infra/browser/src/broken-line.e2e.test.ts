import { nowS, token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openRoom, type ProductId } from './rooms.ts'
import { openShop, type Shop } from './shop.ts'
import { LINE_BACK, messageOf, say, texts } from './windows.ts'

// What breaks under an open conversation mends itself: nobody reloads.

/** Of the tokens of these tests: the client renews them well before. */
const TOKEN_S = 10

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

// Another room in each test.
const products: ProductId[] = ['honey-linden', 'apples-boskoop', 'juice-pear']
let room: string
const windows: Page[] = []
beforeEach(async () => {
  room = await openRoom(shop.stack, 'customer-mei', products.shift() ?? 'honey-linden', false)
})
afterEach(async () => {
  await Promise.all(windows.splice(0).map((window) => window.context().close()))
  expect(shop.faults).toEqual([])
})

async function open(as: string) {
  const window = await shop.open({ as, path: `/chats/${room}/` })
  windows.push(window)
  await window.getByLabel('Your message').waitFor()
  return window
}

test('the gateway is killed: it is said, what is written waits, and arrives once when it is back', async () => {
  const [mei, farm] = await Promise.all([open('customer-mei'), open('farm-hillside')])
  await say(mei, 'before')
  await messageOf(farm, 'before').waitFor()
  const [gateway] = shop.stack.services['ws-gateway']
  if (!gateway) throw new Error('there is no gateway')
  gateway.kill('SIGKILL')
  await Promise.all([mei, farm].map((window) => window.getByText('The connection is lost.').waitFor()))
  await say(mei, 'into the void')
  await say(mei, 'and once more')
  await mei.getByText('2 messages will go out when it is back.').waitFor()
  await shop.stack.revive(gateway)
  const all = ['before', 'into the void', 'and once more']
  for (const window of [mei, farm]) {
    // Only then: what waits stands in the history of its writer before it is sent.
    await window.getByText('The connection is lost.').waitFor({ state: 'detached', ...LINE_BACK })
    await expect.poll(() => texts(window), LINE_BACK).toEqual(all)
  }
})

test('tokens that live for seconds are renewed under an open conversation; nothing is noticed', async () => {
  const mei = await shop.open({ as: 'customer-mei' })
  windows.push(mei)
  const issued: number[] = []
  await mei.route('**/demo/token/', (route) => {
    issued.push(nowS())
    return route.fulfill({ json: { token: token('customer-mei', { exp: nowS() + TOKEN_S }) } })
  })
  await mei.goto(`/chats/${room}/`)
  const farm = await open('farm-hillside')
  await until(() => nowS() - (issued[0] ?? nowS()) > TOKEN_S, {
    within: 2 * TOKEN_S * 1_000,
    what: 'the first is over',
  })
  expect(issued.length).toBeGreaterThan(1)
  await say(farm, 'still there?')
  await messageOf(mei, 'still there?').waitFor()
  await say(mei, 'still here')
  await messageOf(farm, 'still here').waitFor()
  expect(await mei.getByText('The connection is lost.').count()).toBe(0)
})

test('nobody gives a token for a while: the socket ends with it, and comes back with the next one', async () => {
  const mei = await shop.open({ as: 'customer-mei' })
  windows.push(mei)
  let gives = true
  await mei.route('**/demo/token/', (route) =>
    gives
      ? route.fulfill({ json: { token: token('customer-mei', { exp: nowS() + TOKEN_S }) } })
      : route.fulfill({ status: 503, json: {} }),
  )
  await mei.goto(`/chats/${room}/`)
  const farm = await open('farm-hillside')
  await mei.getByText('Online', { exact: true }).waitFor()
  gives = false
  await mei.getByText('The connection is lost.').waitFor()
  await say(farm, 'where are you?')
  await messageOf(farm, 'where are you?').getByText('Sent').waitFor()
  await say(mei, 'without a token')
  gives = true
  const all = ['where are you?', 'without a token']
  await expect.poll(() => texts(mei), LINE_BACK).toEqual(all)
  await expect.poll(() => texts(farm), LINE_BACK).toEqual(all)
})
