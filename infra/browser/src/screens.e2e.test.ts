import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LAYOUT_SHIFT_MOST, layoutShift, watchLayout } from './layout-shift.ts'
import { liveAWhile, shownScreens, turnTo } from './screens.ts'
import { desk, openShop, phone, type Shop } from './shop.ts'
import { card } from './windows.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
  await liveAWhile(shop)
})
afterAll(() => shop.close())

const main = shownScreens.filter(({ name }) => ['market', 'chats', 'conversation'].includes(name))

// Each screen is seen in both themes and at both widths, the main ones in all four ways.
const looks = [
  { look: 'light, 1440 px', viewport: desk, colorScheme: 'light', screens: shownScreens },
  { look: 'dark, 360 px', viewport: phone, colorScheme: 'dark', screens: shownScreens },
  { look: 'light, 360 px', viewport: phone, colorScheme: 'light', screens: main },
  { look: 'dark, 1440 px', viewport: desk, colorScheme: 'dark', screens: main },
] as const

describe.each(looks)('$look', ({ viewport, colorScheme, screens }) => {
  let page: Page
  beforeAll(async () => {
    page = await shop.open({ viewport, colorScheme, reducedMotion: 'reduce' })
  })
  afterAll(() => page.context().close())

  test.each(screens)('$name: axe finds nothing serious, and nothing has to be scrolled sideways', async (screen) => {
    await turnTo(page, screen)
    expect(await findings(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width)
  })
})

test('who wants no motion sees no blinking, but reads "New order"', async () => {
  const page = await shop.open({ as: 'farm-lindenhof', path: '/chats/', reducedMotion: 'reduce' })
  await card(page, 'Free-range Eggs').getByText('New order').waitFor()
  const running = 'document.getAnimations().filter((it) => it.effect.getComputedTiming().duration > 1).length'
  expect(await page.evaluate(running)).toBe(0)
  await page.context().close()
})

test.each([
  { width: '360 px', viewport: phone },
  { width: '1440 px', viewport: desk },
])('$width: nothing jumps while a screen comes', async ({ viewport }) => {
  const page = await shop.open({ viewport })
  await watchLayout(page)
  const shifts: { name: string; shift: number }[] = []
  for (const screen of shownScreens.slice(0, 5)) {
    await turnTo(page, screen)
    shifts.push({ name: screen.name, shift: await layoutShift(page) })
  }
  expect(shifts.filter(({ shift }) => shift >= LAYOUT_SHIFT_MOST)).toEqual([])
  await page.context().close()
})

test.each([900, 1024, 1280])(
  '%i px: beside the list, the head of a conversation has room for its name',
  async (width) => {
    const page = await shop.open({ as: 'farm-lindenhof', path: '/chats/', viewport: { width, height: 800 } })
    await card(page, 'Heirloom Tomatoes').click()
    const boxOf = (part: string) => page.locator('.order-head').locator(part).boundingBox()
    const picture = await boxOf('.product-picture')
    const name = await boxOf('.order-head-what')
    const order = await boxOf('.order-head-order')
    expect(picture?.width).toBe(picture?.height)
    expect(name?.width).toBeGreaterThan(200)
    expect(order?.y).toBeGreaterThanOrEqual((name?.y ?? 0) + (name?.height ?? 0))
    await page.context().close()
  },
)

test('nothing went wrong on any screen', () => {
  expect(shop.faults).toEqual([])
})

type Finding = { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }

/** What axe-core calls serious or critical, by WCAG 2.2 AA. */
async function findings(page: Page) {
  await page.evaluate(axe.source)
  const all = await page.evaluate<Finding[]>('axe.run({ resultTypes: ["violations"] }).then((it) => it.violations)')
  return all
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`) }))
}
