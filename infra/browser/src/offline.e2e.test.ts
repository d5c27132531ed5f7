import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { photo } from './photos.ts'
import { openRoom, stored } from './rooms.ts'
import { openShop, type Shop } from './shop.ts'
import { eventually, LINE_BACK, messageOf, say, texts } from './windows.ts'

// No signal: what is written waits, what others write is not missed.

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

// Who asks about potatoes: another one in each test, since two people have one room per product.
const customers = ['customer-ada', 'customer-jonas', 'customer-mei']
let customer: string
let room: string
let ada: Page
let farm: Page
beforeEach(async () => {
  customer = customers.shift() ?? ''
  room = await openRoom(shop.stack, customer, 'potatoes-new', false)
  ada = await shop.open({ as: customer, path: `/chats/${room}/` })
  farm = await shop.open({ as: 'farm-lindenhof', path: `/chats/${room}/` })
  await Promise.all([ada, farm].map((window) => window.getByText('Online', { exact: true }).waitFor()))
})
afterEach(async () => {
  await Promise.all([ada, farm].map((window) => window.context().close()))
  expect(shop.faults).toEqual([])
})

/** What the database has, which both windows must show. */
const kept = () => stored(shop.stack, customer, room)
const numbered = (what: string, count: number) => Array.from({ length: count }, (_, at) => `${what} ${at + 1}`)

async function bothShow(bodies: string[]) {
  for (const window of [ada, farm]) await expect.poll(() => texts(window), LINE_BACK).toEqual(bodies)
  expect((await kept()).map(({ body }) => body)).toEqual(bodies)
}

test('what both write in between arrives once, in order', async () => {
  await say(ada, 'before')
  await messageOf(farm, 'before').waitFor()
  await ada.context().setOffline(true)
  await ada.getByText('You are offline.').waitFor()
  for (const body of numbered('from the farm', 5)) await say(farm, body)
  await eventually(async () => (await kept()).length === 6)
  for (const body of numbered('without signal', 3)) await say(ada, body)
  await ada.getByText('3 messages will go out when it is back.').waitFor()
  await ada.context().setOffline(false)
  await bothShow(['before', ...numbered('from the farm', 5), ...numbered('without signal', 3)])
  await ada.getByText('You are offline.').waitFor({ state: 'detached', ...LINE_BACK })
})

test('20 messages and a photo, written offline, survive a reload: all there, once, in order', async () => {
  // The page comes from the worker then, which has to have it.
  await eventually(() => ada.evaluate<boolean>('navigator.serviceWorker.controller !== null'))
  await ada.context().setOffline(true)
  await ada.getByText('You are offline.').waitFor()
  const [first, second] = [numbered('before the photo', 10), numbered('after the photo', 10)]
  for (const body of first) await say(ada, body)
  await ada.locator('input[type=file]').setInputFiles(photo('crate.jpg'))
  await say(ada, 'in this crate')
  for (const body of second) await say(ada, body)
  await ada.getByText('21 messages will go out when it is back.').waitFor()

  await ada.reload()
  await ada.getByText('21 messages will go out when it is back.').waitFor()
  expect(await kept()).toEqual([])
  await ada.context().setOffline(false)

  await bothShow([...first, 'in this crate', ...second])
  expect((await kept()).map(({ images }) => images.length)).toEqual([...zeros(10), 1, ...zeros(10)])
  await messageOf(farm, 'in this crate').getByRole('button', { name: 'Open the photo' }).waitFor()
})

const zeros = (count: number) => Array.from({ length: count }, () => 0)

test('a reload in the middle of sending and of receiving: nothing lost, nothing twice; the draft is still there', async () => {
  for (const body of numbered('sent', 5)) await say(ada, body)
  await ada.getByLabel('Your message').fill('half a senten')
  const [receiving] = await Promise.all([writeAll(farm, numbered('meanwhile', 10)), ada.reload()])
  await eventually(async () => (await kept()).length === 15)
  const bodies = (await kept()).map(({ body }) => body)
  expect(bodies.filter((body) => body.startsWith('sent'))).toEqual(numbered('sent', 5))
  expect(bodies.filter((body) => body.startsWith('meanwhile'))).toEqual(receiving)
  await bothShow(bodies)
  expect(await ada.getByLabel('Your message').inputValue()).toBe('half a senten')
})

async function writeAll(window: Page, bodies: string[]) {
  for (const body of bodies) await say(window, body)
  return bodies
}
