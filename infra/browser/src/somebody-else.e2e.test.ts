import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, openRoom, stored } from './rooms.ts'
import { openShop, type Shop } from './shop.ts'
import { LINE_BACK, messageOf, say } from './windows.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

test('who comes after another in a window sees and hears nothing of theirs; what the other wrote waits for them', async () => {
  const { stack } = shop
  const room_id = await openRoom(stack, 'customer-ada', 'potatoes-new', false)
  const window = await shop.open({ as: 'customer-ada', path: `/chats/${room_id}/` })
  await window.getByLabel('Your message').waitFor()
  await say(window, 'mine is stored')
  await messageOf(window, 'mine is stored').getByText('Sent').waitFor()
  await call(stack, 'farm-lindenhof', 'POST', '/chat/messages/', { room_id, body: 'heard aloud' })
  await window.getByRole('status').filter({ hasText: 'heard aloud' }).waitFor({ state: 'attached' })
  await window.context().setOffline(true)
  await window.getByText('You are offline.').waitFor()
  await say(window, 'mine waits')
  await window.getByText('1 message will go out').waitFor()

  const become = async (name: string, answer?: string) => {
    await window.getByRole('button', { name: 'Signed in as' }).click()
    await window.getByRole('button', { name: 'Be somebody else' }).click()
    if (answer) await window.getByRole('dialog').getByRole('button', { name: answer }).click()
    await window.getByRole('heading', { name: 'Who is at the gate?' }).waitFor()
    const page = await window.content()
    for (const theirs of ['mine', 'heard aloud', 'Potatoes']) expect(page).not.toContain(theirs)
    expect(await window.title()).not.toMatch(/^\(|Potatoes/)
    await window.getByRole('button', { name }).click()
  }
  await become('Jonas Weber', 'Keep and leave')
  await window.context().setOffline(false)
  await window.getByText('No such chat').waitFor()
  expect(await window.content()).not.toContain('mine')
  expect((await stored(stack, 'customer-ada', room_id)).map(({ body }) => body)).toEqual([
    'mine is stored',
    'heard aloud',
  ])

  await become('Ada')
  await expect
    .poll(async () => (await stored(stack, 'customer-ada', room_id)).map(({ body }) => body), LINE_BACK)
    .toEqual(['mine is stored', 'heard aloud', 'mine waits'])
  expect(shop.faults).toEqual([])
})

test('who leaves with messages that wait is asked, may stay, and may have them deleted', async () => {
  const { stack } = shop
  const room_id = await openRoom(stack, 'customer-mei', 'potatoes-new', false)
  const window = await shop.open({ as: 'customer-mei', path: `/chats/${room_id}/` })
  await window.getByLabel('Your message').waitFor()
  await window.context().setOffline(true)
  await window.getByText('You are offline.').waitFor()
  await say(window, 'better not')
  await window.getByText('1 message will go out').waitFor()

  const leave = async () => {
    await window.getByRole('button', { name: 'Signed in as' }).click()
    await window.getByRole('button', { name: 'Be somebody else' }).click()
    await window.getByRole('dialog', { name: '1 message has not gone out' }).waitFor()
  }
  await leave()
  await window.keyboard.press('Escape')
  await window.getByRole('dialog').waitFor({ state: 'detached' })
  await messageOf(window, 'better not').waitFor()
  await window.keyboard.press('Escape')
  await leave()
  await window.getByRole('button', { name: 'Delete and leave' }).click()
  await window.getByRole('heading', { name: 'Who is at the gate?' }).waitFor()

  await window.context().setOffline(false)
  await window.getByRole('button', { name: 'Mei' }).click()
  await say(window, 'still me')
  await messageOf(window, 'still me').getByText('Sent').waitFor(LINE_BACK)
  expect((await stored(stack, 'customer-mei', room_id)).map(({ body }) => body)).toEqual(['still me'])
  expect(shop.faults).toEqual([])
})
