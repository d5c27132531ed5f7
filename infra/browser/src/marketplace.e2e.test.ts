import type { Room } from '@farmgate/contracts/rooms.ts'
import { nowS } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openMarketplace, TOKEN_S } from './marketplace.fixture.ts'
import { call, MARKETPLACE } from './rooms.ts'
import { openShop, type Shop } from './shop.ts'
import { card, LINE_BACK, messageOf, say } from './windows.ts'

// Started as in production, behind a marketplace that says who one is.

const farm = { id: 'farm-1', name: 'Alder Farm', is_farmer: true }
const kim = { id: 'kim', name: 'Kim', is_farmer: false }

let marketplace: Awaited<ReturnType<typeof openMarketplace>>
let shop: Shop
let room: Room
beforeAll(async () => {
  marketplace = await openMarketplace([farm, kim])
  shop = await openShop({ env: { NODE_ENV: 'production', SESSION_URL: marketplace.url } })
  const tell = (path: string, body: object) => call(shop.stack, MARKETPLACE, 'PUT', path, body)
  for (const { id, name } of [farm, kim]) await tell(`/catalog/users/${id}/`, { name })
  await tell('/catalog/products/leeks/', { farmer_id: farm.id, name: 'Leeks', unit: 'kg' })
  const order = { customer_id: kim.id, farmer_id: farm.id, product_id: 'leeks', quantity: 2, is_post_checkout: true }
  room = await call<Room>(shop.stack, MARKETPLACE, 'POST', '/chat/rooms/', order)
})
afterAll(async () => {
  await shop?.close()
  await marketplace?.close()
})
afterEach(() => expect(shop.faults).toEqual([]))

/** As the marketplace does when one signs in: cookies of a host are for all its ports. */
const signIn = (window: Page, { id }: { id: string }) =>
  window.context().addCookies([{ name: 'market', value: id, url: shop.stack.url }])

async function open(user: { id: string }, path: string) {
  const window = await shop.open({ path: 'about:blank' })
  await signIn(window, user)
  await window.goto(path)
  return window
}

test('whoever is signed in there begins at their chats; tokens are renewed, and nothing of the demo is there', async () => {
  const [theirs, ours] = await Promise.all([open(farm, '/'), open(kim, `/chats/${room.room_id}/`)])
  await theirs.waitForURL('**/chats/')
  await card(theirs, 'Leeks').click()
  const [asked, end] = [marketplace.asked, nowS() + TOKEN_S]
  await until(() => nowS() > end && marketplace.asked >= asked + 2, { within: 4 * TOKEN_S * 1_000 })
  await say(ours, 'still here?')
  await messageOf(theirs, 'still here?').waitFor()
  expect(await theirs.getByText('The connection is lost.').count()).toBe(0)
  expect(await theirs.getByRole('link', { name: 'Market' }).count()).toBe(0)
  expect((await fetch(`${shop.stack.url}/demo/market/`)).status).toBe(404)
  await Promise.all([theirs, ours].map((window) => window.context().close()))
})

test('whoever is not signed in is told so, sees nothing, and comes in once they are', async () => {
  const window = await shop.open({ path: `/chats/${room.room_id}/` })
  await window.getByRole('heading', { name: 'You are not signed in' }).waitFor()
  await signIn(window, kim)
  await window.getByRole('button', { name: 'Try again' }).click()
  await window.getByLabel('Your message').waitFor()
  await window.context().close()
})

test('whoever signs out there is signed out here, and comes back to the same place; the draft is still there', async () => {
  const window = await open(kim, `/chats/${room.room_id}/`)
  await window.getByLabel('Your message').fill('half a senten')
  await window.context().clearCookies()
  await window.getByRole('heading', { name: 'You are not signed in' }).waitFor(LINE_BACK)
  expect(await window.content()).not.toContain('Leeks')
  await signIn(window, kim)
  await window.getByRole('button', { name: 'Try again' }).click()
  await messageOf(window, 'still here?').waitFor()
  expect(await window.getByLabel('Your message').inputValue()).toBe('half a senten')
  await window.context().close()
})
