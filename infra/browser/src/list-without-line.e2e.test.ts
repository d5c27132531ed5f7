import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openRoom } from './rooms.ts'
import { openShop, type Shop } from './shop.ts'
import { card, eventually, LINE_BACK, messageOf, say } from './windows.ts'

// The chat list where nothing comes live: what can be known is shown, and what cannot is said.

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())
afterEach(() => expect(shop.faults).toEqual([]))

test('left and opened again without signal, a conversation shows what waits, and the list says how it is', async () => {
  const room = await openRoom(shop.stack, 'customer-ada', 'potatoes-new', false)
  const ada = await shop.open({ as: 'customer-ada', path: '/chats/' })
  await eventually(() => ada.evaluate<boolean>('navigator.serviceWorker.controller !== null'))
  await card(ada, 'Potatoes').click()
  await ada.getByLabel('Your message').waitFor()
  await ada.context().setOffline(true)
  await say(ada, 'written without signal')
  await ada.getByText('1 message will go out when it is back.').waitFor()

  await ada.goBack()
  await ada.waitForURL('**/chats/')
  await ada.getByText('You are offline.').waitFor()
  await card(ada, 'Potatoes').click()
  await messageOf(ada, 'written without signal').waitFor()
  expect(await ada.getByText('Loading the conversation').count()).toBe(0)

  await ada.reload()
  await messageOf(ada, 'written without signal').waitFor()
  await ada.getByText('Your chats appear here once there is a connection.').waitFor()
  await ada.context().setOffline(false)
  await messageOf(ada, 'written without signal').getByText('Sent').waitFor(LINE_BACK)
  await card(ada, 'Potatoes').waitFor()
  expect(ada.url()).toContain(room)
  await ada.context().close()
})

test('with no gateway the list is read all the same, and says that it is not live until it is', async () => {
  await openRoom(shop.stack, 'customer-mei', 'honey-linden', false)
  const [gateway] = shop.stack.services['ws-gateway']
  if (!gateway) throw new Error('there is no gateway')
  gateway.kill('SIGKILL')
  const mei = await shop.open({ as: 'customer-mei', path: '/chats/' })
  await card(mei, 'Honey').waitFor()
  await mei.getByText('The connection is lost.').waitFor()
  await shop.stack.revive(gateway)
  await mei.getByText('The connection is lost.').waitFor({ state: 'detached', ...LINE_BACK })
})

test('an address that can be no room is no chat', async () => {
  const jonas = await shop.open({ as: 'customer-jonas', path: '/chats/not-a-uuid/' })
  await jonas.getByRole('heading', { name: 'No such chat' }).waitFor()
})
