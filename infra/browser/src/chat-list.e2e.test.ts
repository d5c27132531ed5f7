import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { call, openRoom } from './rooms.ts'
import { openShop, type Shop } from './shop.ts'
import { card } from './windows.ts'

// What stands in the chat list, and how long it stays so.

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
  await openRoom(shop.stack, 'customer-ada', 'honey-linden', true)
})
afterAll(() => shop.close())
afterEach(() => expect(shop.faults).toEqual([]))

test('a room opened to ask is in the farm’s list with its first message, in the customer’s at once', async () => {
  const room_id = await openRoom(shop.stack, 'customer-ada', 'apples-boskoop', false)
  const [farm, ada] = await Promise.all(
    ['farm-hillside', 'customer-ada'].map((as) => shop.open({ as, path: '/chats/' })),
  )
  if (!farm || !ada) throw new Error('there are two windows')
  await Promise.all([card(farm, 'Honey').waitFor(), card(ada, 'Apples').waitFor()])
  expect(await card(farm, 'Apples').count()).toBe(0)
  await call(shop.stack, 'customer-ada', 'POST', '/chat/messages/', { room_id, body: 'Are they sour?' })
  await card(farm, 'Apples').getByText('Are they sour?').waitFor()
  await Promise.all([farm, ada].map((window) => window.context().close()))
})

test('the filter stands in the address: a reload keeps it, a conversation beside the list too, and one can go back', async () => {
  const farm = await shop.open({ as: 'farm-hillside', path: '/chats/' })
  const shows = async (honey: boolean, apples: boolean) => {
    await card(farm, 'Honey').waitFor({ state: honey ? 'visible' : 'detached' })
    await card(farm, 'Apples').waitFor({ state: apples ? 'visible' : 'detached' })
  }
  await shows(true, true)
  await farm.getByRole('radio', { name: 'New' }).check()
  await shows(true, false)
  await farm.reload()
  await shows(true, false)
  expect(new URL(farm.url()).search).toBe('?order_status=new')
  await card(farm, 'Honey').click()
  await farm.getByLabel('Your message').waitFor()
  await shows(true, false)
  await farm.goBack()
  expect(await farm.getByRole('radio', { name: 'New' }).isChecked()).toBe(true)
  await farm.goBack()
  await shows(true, true)
  expect(new URL(farm.url()).search).toBe('')
  await farm.context().close()
})

test('a filter of the list hides nothing elsewhere: a product still leads to its conversation', async () => {
  const ada = await shop.open({ as: 'customer-ada', path: '/chats/' })
  await ada.getByRole('radio', { name: 'Completed' }).check()
  await ada.getByRole('button', { name: 'Show all' }).waitFor()
  await ada.getByRole('link', { name: 'Market' }).click()
  await ada.getByRole('link', { name: /Honey/ }).click()
  await ada.getByText('You already talk with the farm about this.').waitFor()
  await ada.context().close()
})
