import type { Stack } from '@farmgate/stack/stack.ts'
import type { Page } from 'playwright-core'
import { photo } from './photos.ts'
import { call, openRoom } from './rooms.ts'
import type { Shop } from './shop.ts'
import { card, messageOf, say } from './windows.ts'

/** A screen, or something that opens over one, as `show` leaves it: ready to be looked at. */
export type ShownScreen = {
  /** Also the file name of its picture. */
  name: string
  as?: 'customer-ada' | 'farm-lindenhof'
  /** Where its window begins; at the door where not given. */
  path?: string
  show(page: Page): Promise<unknown>
}

/** The way from the list, which each window has open beside or before it. */
export async function openTomatoes(page: Page): Promise<void> {
  await card(page, 'Heirloom Tomatoes').click()
  await messageOf(page, 'see you at four').waitFor()
}

/** Every screen of the app. */
export const shownScreens: readonly ShownScreen[] = [
  { name: 'welcome', show: (page) => page.getByRole('heading', { name: 'Who is at the gate?' }).waitFor() },
  {
    name: 'market',
    as: 'customer-ada',
    show: (page) => page.getByRole('heading', { name: 'This week at the farm gate' }).waitFor(),
  },
  {
    name: 'product',
    as: 'customer-ada',
    path: '/market/apples-boskoop/',
    show: (page) => page.getByRole('button', { name: 'Proceed to Checkout' }).waitFor(),
  },
  {
    name: 'chats',
    as: 'farm-lindenhof',
    path: '/chats/',
    show: (page) => card(page, 'Free-range Eggs').getByText('New order').waitFor(),
  },
  { name: 'conversation', as: 'farm-lindenhof', path: '/chats/', show: openTomatoes },
  {
    name: 'confirm',
    as: 'farm-lindenhof',
    path: '/chats/',
    async show(page) {
      await openTomatoes(page)
      await page.getByRole('button', { name: 'Complete the order' }).click()
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'photo',
    as: 'farm-lindenhof',
    path: '/chats/',
    async show(page) {
      await openTomatoes(page)
      await page.getByRole('button', { name: 'Open photo 1 of 2' }).click()
      await page.getByRole('dialog', { name: 'Photo' }).waitFor()
    },
  },
  {
    name: 'offline',
    as: 'customer-ada',
    path: '/chats/',
    async show(page) {
      await openTomatoes(page)
      await page.context().setOffline(true)
      await page.getByText('You are offline.').waitFor()
      await say(page, 'I bring the basket back on Friday.')
      await page.getByText('1 message will go out').waitFor()
    },
  },
  {
    name: 'menu',
    as: 'customer-ada',
    async show(page) {
      // The screen under it.
      await page.getByRole('main').waitFor()
      await page.getByRole('button', { name: 'Signed in as' }).click()
      await page.getByRole('button', { name: 'Be somebody else' }).waitFor()
    },
  },
  {
    name: 'not-found',
    as: 'customer-ada',
    path: '/barn/',
    show: (page) => page.getByRole('heading', { name: 'Nothing grows here' }).waitFor(),
  },
]

/** Turns a window to a screen, from whichever it is on; the one without a person has to be its first. */
export async function turnTo(page: Page, { as, path = '/', show }: ShownScreen): Promise<void> {
  await page.context().setOffline(false)
  await page.goto(as ? `${path}?as=${as}` : path)
  await show(page)
}

/** A talk about tomatoes, accepted and agreed on, and two more rooms beside it: what the screens have to show. */
export async function liveAWhile(shop: Shop): Promise<void> {
  const { stack } = shop
  const room_id = await openRoom(stack, 'customer-ada', 'tomatoes-heirloom', true)
  const write = (user: string, body: string) => call(stack, user, 'POST', '/chat/messages/', { room_id, body })
  await write('farm-lindenhof', 'Thank you, Ada! Two kilos of the striped ones are still on the vine.')
  await write('farm-lindenhof', 'Would Friday suit you? The gate is open from two.')
  await call(stack, 'farm-lindenhof', 'PATCH', `/chat/rooms/${room_id}/`, { order_status: 'active' })
  await write('customer-ada', 'Friday is good. Are these the ones? And may I park at https://lindenhof.example/yard ?')
  await sendPhotos(shop, room_id)
  await write('farm-lindenhof', 'The very same. Park by the lime tree, see you at four.')
  await orderEggs(stack)
  const cheese = await openRoom(stack, 'customer-ada', 'cheese-goat', false)
  const body = 'Does the goat cheese travel well?'
  await call(stack, 'customer-ada', 'POST', '/chat/messages/', { room_id: cheese, body })
}

async function orderEggs(stack: Stack) {
  const room_id = await openRoom(stack, 'customer-mei', 'eggs-free-range', true)
  await call(stack, 'customer-mei', 'POST', '/chat/messages/', { room_id, body: 'I have your box from last time.' })
  await openRoom(stack, 'customer-jonas', 'potatoes-new', true)
}

async function sendPhotos(shop: Shop, room_id: string) {
  const ada = await shop.open({ as: 'customer-ada', path: `/chats/${room_id}/` })
  await ada.locator('input[type=file]').setInputFiles([photo('crate.jpg'), photo('scale.jpg')])
  await say(ada, 'From last week:')
  await messageOf(ada, 'From last week:').getByRole('button', { name: 'Open photo 2 of 2' }).waitFor()
  await ada.context().close()
}
