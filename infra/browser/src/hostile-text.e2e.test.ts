import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { photo } from './photos.ts'
import { call, MARKETPLACE } from './rooms.ts'
import { openShop, type Shop } from './shop.ts'
import { card, eventually, historyOf, messageOf, say } from './windows.ts'

// Whatever a user, a farm or the marketplace writes is shown as text: no markup of it, no script, no report of the policy.

const PAYLOADS = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(2)>',
  '"><svg/onload=alert(3)>',
  '</textarea><iframe srcdoc="<script>alert(4)</script>">',
  "javascript:alert(5)//'",
  '{{constructor.constructor("alert(6)")()}} #{alert(7)}',
  "'; DROP TABLE messages.messages; --",
  '\u202Etxt.exe\u202C',
  '<style>*{display:none}</style><base href=//evil.example>',
]
/** For fields that take one line of at most 200 characters. */
const NAME = `Eve ${PAYLOADS[1]}`
const PRODUCT = `Pears ${PAYLOADS[0]} ${PAYLOADS[2]}`

let shop: Shop
let ada: Page
let farm: Page
let room: string
beforeAll(async () => {
  shop = await openShop()
  const { stack } = shop
  await call(stack, MARKETPLACE, 'PUT', '/catalog/users/customer-ada/', { name: NAME })
  await call(stack, MARKETPLACE, 'PUT', '/catalog/users/farm-hillside/', { name: `${NAME} & sons` })
  await call(stack, MARKETPLACE, 'PUT', '/catalog/products/pears/', {
    farmer_id: 'farm-hillside',
    name: PRODUCT,
    unit: '<b>kg</b>',
    image_url: 'https://img.example/"onerror="alert(8)',
  })
  const order = { customer_id: 'customer-ada', farmer_id: 'farm-hillside', product_id: 'pears', quantity: 1 }
  const opened = await call<{ room_id: string }>(stack, 'customer-ada', 'POST', '/chat/rooms/', {
    ...order,
    is_post_checkout: true,
  })
  room = opened.room_id
  farm = await shop.open({ as: 'farm-hillside' })
  await card(farm, PRODUCT).click()
  ada = await shop.open({ as: 'customer-ada', path: `/chats/${room}/` })
  await ada.getByText('Online', { exact: true }).waitFor()
})
afterAll(() => shop.close())

test('names and the product stand as they were written, on the card and at the head of the conversation', async () => {
  expect(await card(farm, PRODUCT).textContent()).toContain(NAME)
  await farm.getByRole('heading', { name: PRODUCT }).waitFor()
  await eventually(async () => (await farm.title()).includes(PRODUCT))
  await messageOf(farm, `<b>kg</b> of ${PRODUCT}`).waitFor()
})

test.each(PAYLOADS)('%s', async (payload) => {
  await say(ada, payload)
  const shown = historyOf(farm).getByText(payload, { exact: true })
  expect(await shown.textContent()).toBe(payload)
  expect(await shown.locator(':scope > *').count()).toBe(0)
})

test('a link is made of https only, and tells nobody where it was found', async () => {
  await say(ada, 'see javascript:alert(9) data:text/html,<script>alert(10)</script> https://farm.example/?q="><b>')
  const links = messageOf(farm, 'see javascript:').getByRole('link')
  await links.first().waitFor()
  const targets = await links.evaluateAll((all: { href: string; rel: string }[]) =>
    all.map(({ href, rel }) => [href, rel]),
  )
  expect(targets).toEqual([
    [expect.stringMatching(/^https:\/\/farm\.example\//), expect.stringContaining('noreferrer')],
  ])
})

test('the name of a photo is nobody\u2019s markup, and a page that calls itself a photo is refused', async () => {
  const bytes = await readFile(photo('scale.jpg'))
  const hostile = { name: '"><img src=x onerror=alert(11)>.jpg', mimeType: 'image/jpeg' }
  await ada.locator('input[type=file]').setInputFiles({ ...hostile, buffer: bytes })
  await say(ada, 'a photo')
  await messageOf(farm, 'a photo').getByRole('button', { name: 'Open the photo' }).waitFor()
  const page = Buffer.from('<html><script>alert(12)</script></html>')
  await ada.locator('input[type=file]').setInputFiles({ ...hostile, buffer: page })
  await say(ada, 'no photo')
  await historyOf(ada).getByRole('alert').waitFor()
})

test('no dialog opened, no script ran, the policy had nothing to refuse', async () => {
  for (const window of [ada, farm]) expect(await window.locator('iframe, base, script:not([src])').count()).toBe(0)
  expect(shop.faults).toEqual([])
})
