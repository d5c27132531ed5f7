import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRoom, stored } from './rooms.ts'
import { openShop, type Shop } from './shop.ts'
import { eventually, LINE_BACK, messageOf, say, texts } from './windows.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

test('opened again without signal: what waits is shown, one writes on and keeps the focus, all goes out once', async () => {
  const room = await openRoom(shop.stack, 'customer-ada', 'potatoes-new', false)
  const ada = await shop.open({ as: 'customer-ada', path: `/chats/${room}/` })
  await keepApp(ada)
  await say(ada, 'stored')
  await messageOf(ada, 'stored').getByText('Sent').waitFor()
  await ada.context().setOffline(true)
  await say(ada, 'written before')
  await ada.getByText('1 message will go out when it is back.').waitFor()

  await ada.reload()
  await ada.getByText('You are offline.').waitFor()
  await messageOf(ada, 'written before').waitFor()
  await say(ada, 'written after')
  await expect.poll(() => texts(ada), LINE_BACK).toEqual(['written before', 'written after'])
  await ada.getByText('2 messages will go out when it is back.').waitFor()
  const field = ada.getByLabel('Your message')
  await field.fill('half a senten')

  await ada.context().setOffline(false)
  const all = ['stored', 'written before', 'written after']
  await expect.poll(() => texts(ada), LINE_BACK).toEqual(all)
  await expect
    .poll(async () => (await stored(shop.stack, 'customer-ada', room)).map(({ body }) => body), LINE_BACK)
    .toEqual(all)
  await ada.getByRole('heading', { name: /Potatoes/ }).waitFor()
  expect(await field.inputValue()).toBe('half a senten')
  expect(await ada.evaluate('document.activeElement.tagName')).toBe('TEXTAREA')
  expect(shop.faults).toEqual([])
})

/** The page comes from the worker then, which has to have it; the market it has once it was asked for through it. */
async function keepApp(page: Page) {
  await eventually(() => page.evaluate('navigator.serviceWorker.controller !== null'))
  await page.reload()
  await page.getByLabel('Your message').waitFor()
}
