import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { photo } from './photos.ts'
import { openShop, type Shop } from './shop.ts'
import { card, eventually, historyOf, isLoaded, messageOf, say } from './windows.ts'

// The seed's story, in two windows: each test goes on where the one before it ended.

/** As much of an element as the browser's types would say. */
type Blinking = {
  getAnimations(): { animationName: string; effect: { getComputedTiming(): { endTime: number } } }[]
}

let shop: Shop
let ada: Page
let farm: Page
beforeAll(async () => {
  shop = await openShop()
  ada = await shop.open({ as: 'customer-ada' })
  farm = await shop.open({ as: 'farm-lindenhof' })
})
afterAll(() => shop.close())

test('Proceed to Checkout opens the chat, with the first message and the picture in it', async () => {
  await farm.getByText('No chats yet').waitFor()
  await ada.getByRole('link', { name: 'Heirloom Tomatoes' }).click()
  await ada.getByLabel('Quantity').fill('2.5')
  await ada.getByRole('button', { name: 'Proceed to Checkout' }).click()
  await ada.waitForURL('**/chats/*/')
  const first = messageOf(ada, "Hello! I've just purchased 2.5 kg of Heirloom Tomatoes.")
  await first.waitFor()
  await eventually(() => isLoaded(first.locator('img')))
})

test('the order blinks in the chat list, and says "New order": no reload, and not for longer than 5 s', async () => {
  const order = card(farm, 'Heirloom Tomatoes')
  const sign = order.getByText('New order')
  await sign.waitFor()
  const motion = await sign.evaluate((it: Blinking) => {
    const [blink] = it.getAnimations()
    return { name: blink?.animationName, ends: blink?.effect.getComputedTiming().endTime }
  })
  expect(motion).toEqual({ name: 'new-order', ends: 5_000 })
  await order.getByText('1 unread message').waitFor()
  expect(await order.textContent()).toContain('Ada Okafor')
  await eventually(async () => (await farm.title()).startsWith('(1) '))
})

test('opened, it is read: no blinking, nothing unread', async () => {
  await card(farm, 'Heirloom Tomatoes').click()
  await messageOf(farm, "Hello! I've just purchased").waitFor()
  await eventually(async () => !(await farm.title()).startsWith('('))
  await card(farm, 'Heirloom Tomatoes').getByText('New', { exact: true }).waitFor()
  expect(await card(farm, 'Heirloom Tomatoes').getByText('New order').count()).toBe(0)
})

test('a reply is seen being typed, then arrives', async () => {
  const field = farm.getByLabel('Your message')
  await field.pressSequentially('Friday at')
  await ada.getByText('Lindenhof Farm is typing').waitFor()
  await field.pressSequentially(' four?')
  await field.press('Enter')
  await messageOf(ada, 'Friday at four?').waitFor()
  await ada.getByText('Lindenhof Farm is typing').waitFor({ state: 'detached' })
})

test('sent becomes read when the other one sees it', async () => {
  await ada.getByRole('link', { name: 'Market', exact: true }).click()
  await ada.getByRole('heading', { name: 'This week at the farm gate' }).waitFor()
  await say(farm, 'I keep them cool.')
  const own = messageOf(farm, 'I keep them cool.')
  await own.getByText('Sent', { exact: true }).waitFor()
  await eventually(async () => (await ada.title()).startsWith('(1) '))
  await ada.getByRole('link', { name: /^Orders/ }).click()
  await card(ada, 'Heirloom Tomatoes').click()
  await own.getByText('Read', { exact: true }).waitFor()
})

test('two photos arrive; they open large, turn by keys, and give the focus back', async () => {
  await ada.locator('input[type=file]').setInputFiles([photo('crate.jpg'), photo('scale.jpg')])
  await say(ada, 'In this crate?')
  const photos = messageOf(farm, 'In this crate?').getByRole('button', { name: /^Open photo/ })
  await eventually(async () => (await photos.count()) === 2)
  await photos.first().click()
  const viewer = farm.getByRole('dialog', { name: 'Photo' })
  await viewer.getByText('1 of 2').waitFor()
  await farm.keyboard.press('ArrowRight')
  await viewer.getByText('2 of 2').waitFor()
  await eventually(() => isLoaded(viewer.getByRole('img')))
  await farm.keyboard.press('Escape')
  await viewer.waitFor({ state: 'detached' })
  expect(await farm.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Open photo 1 of 2')
})

test('New → Active → Completed, the last after a question; both see each step in the history', async () => {
  await farm.getByRole('button', { name: 'Accept the order' }).click()
  await historyOf(ada).getByText('Lindenhof Farm accepted the order').waitFor()
  await farm.getByRole('button', { name: 'Complete the order' }).click()
  await farm.getByRole('dialog').getByRole('button', { name: 'Not yet' }).click()
  await farm.getByRole('button', { name: 'Complete the order' }).click()
  await farm.getByRole('dialog').getByRole('button', { name: 'Complete the order' }).click()
  for (const window of [ada, farm]) {
    await historyOf(window).getByText('Lindenhof Farm completed the order').waitFor()
    await card(window, 'Heirloom Tomatoes').getByText('Completed', { exact: true }).waitFor()
  }
  expect(await farm.getByRole('button', { name: 'Complete the order' }).count()).toBe(0)
})

test('nothing went wrong in either window', () => {
  expect(shop.faults).toEqual([])
})
