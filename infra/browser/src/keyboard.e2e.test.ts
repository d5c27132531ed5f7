import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShop, type Shop } from './shop.ts'
import { eventually, historyOf, messageOf } from './windows.ts'

// The whole story without a mouse: each test goes on where the one before it ended. No click, no focus by script.

let shop: Shop
let jonas: Page
let farm: Page
beforeAll(async () => {
  shop = await openShop()
  jonas = await shop.open()
  farm = await shop.open()
})
afterAll(() => shop.close())

/** No screen here has more stops than this. */
const MOST_STOPS = 60

/** Goes on by Tab until the focus is on what has this name; each stop on the way can be seen. */
async function tabTo(page: Page, name: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab') {
  const passed: string[] = []
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    await page.keyboard.press(key)
    const focus = await focused(page)
    if (focus.isSeen === false) throw new Error(`the focus cannot be seen on ${focus.name}`)
    if (name.test(focus.name)) return
    passed.push(focus.name)
  }
  throw new Error(`Tab does not lead to ${name}; it leads to ${passed.join(' → ')}`)
}

type Focus = { name: string; isSeen: boolean }

/** What has the focus: as it would be named, and whether it is drawn as such and not covered. */
const focused = (page: Page) =>
  page.evaluate<Focus>(`(() => {
    const it = document.activeElement
    const { outlineStyle, boxShadow } = getComputedStyle(it.matches('input[type=radio], input[type=checkbox]') ? it.closest('label') ?? it : it)
    const label = it.labels?.[0]?.textContent
    return {
      name: (it.getAttribute('aria-label') ?? label ?? it.textContent).trim().replace(/\\s+/g, ' '),
      isSeen: it === document.body || outlineStyle !== 'none' || boxShadow !== 'none',
    }
  })()`)

const press = (page: Page, ...keys: string[]) =>
  keys.reduce((done, key) => done.then(() => page.keyboard.press(key)), Promise.resolve())

test('come in, find the product, choose how much, check out', async () => {
  await farm.getByRole('heading', { name: 'Who is at the gate?' }).waitFor()
  await tabTo(farm, /^Come in as Lindenhof Farm/)
  await press(farm, 'Enter')
  await jonas.getByRole('heading', { name: 'Who is at the gate?' }).waitFor()
  await tabTo(jonas, /^Come in as Jonas Weber/)
  await press(jonas, 'Enter')
  await jonas.getByRole('heading', { name: 'This week at the farm gate' }).waitFor()
  await tabTo(jonas, /^New Potatoes/)
  await press(jonas, 'Enter')
  await jonas.getByRole('heading', { name: 'New Potatoes' }).waitFor()
  await tabTo(jonas, /^Quantity/)
  await press(jonas, 'ControlOrMeta+a')
  await jonas.keyboard.type('4.5')
  await tabTo(jonas, /^Proceed to Checkout/)
  await press(jonas, 'Enter')
  await messageOf(jonas, '4.5 kg of New Potatoes').waitFor()
})

test('opening a conversation moves the focus to its name; Tab leads on to the composer', async () => {
  await eventually(async () => (await focused(jonas)).name === 'New Potatoes')
  await tabTo(jonas, /^Your message/)
  await jonas.keyboard.type('When may I come?')
  await press(jonas, 'Shift+Enter')
  await jonas.keyboard.type('I have a cart.')
  await press(jonas, 'Enter')
  await messageOf(jonas, 'I have a cart.').waitFor()
  expect((await focused(jonas)).name).toBe('Your message')
})

test('the farmer opens the new order from the list, and answers', async () => {
  await farm.getByText('2 unread messages').first().waitFor()
  await tabTo(farm, /New Potatoes.*New order/)
  await press(farm, 'Enter')
  await messageOf(farm, 'When may I come?').waitFor()
  await tabTo(farm, /^Your message/)
  await farm.keyboard.type('At noon')
  await press(farm, 'Enter')
  await messageOf(jonas, 'At noon').waitFor()
})

test('what one wrote is edited, then deleted; the focus stays with it', async () => {
  await tabTo(farm, /^Edit or delete/, 'Shift+Tab')
  await press(farm, 'Enter')
  await tabTo(farm, /^Edit$/)
  await press(farm, 'Enter')
  await eventually(async () => (await focused(farm)).name.startsWith('Edit the message'))
  await farm.keyboard.type(', at the gate')
  await press(farm, 'Enter')
  await messageOf(jonas, 'At noon, at the gate').waitFor()
  await tabTo(farm, /^Edit or delete/)
  await press(farm, 'Enter')
  await tabTo(farm, /^Delete$/)
  await press(farm, 'Enter')
  await tabTo(farm, /^Delete$/)
  await press(farm, 'Enter')
  await messageOf(jonas, 'This message was deleted.').waitFor()
  expect(await farm.evaluate('document.activeElement !== document.body')).toBe(true)
})

test('the order is accepted and completed; Escape is no', async () => {
  await tabTo(farm, /^Accept the order/, 'Shift+Tab')
  await press(farm, 'Enter')
  await historyOf(jonas).getByText('Lindenhof Farm accepted the order').waitFor()
  await eventually(async () => (await focused(farm)).name === 'Complete the order')
  await press(farm, 'Enter')
  await farm.getByRole('dialog').waitFor()
  await press(farm, 'Escape')
  await farm.getByRole('dialog').waitFor({ state: 'detached' })
  expect((await focused(farm)).name).toBe('Complete the order')
  await press(farm, 'Enter')
  await tabTo(farm, /^Complete the order/)
  await press(farm, 'Enter')
  await historyOf(jonas).getByText('Lindenhof Farm completed the order').waitFor()
  await eventually(async () => (await focused(farm)).name === 'New Potatoes')
})

test('the first Tab of a screen offers to skip to its content', async () => {
  await jonas.goto('/market/')
  await jonas.getByRole('heading', { name: 'This week at the farm gate' }).waitFor()
  await tabTo(jonas, /^Skip to the content/)
  await press(jonas, 'Enter')
  await tabTo(jonas, /^Heirloom Tomatoes/)
  expect(shop.faults).toEqual([])
})
