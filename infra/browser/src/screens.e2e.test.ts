import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LAYOUT_SHIFT_MOST, layoutShift, watchLayout } from './layout-shift.ts'
import { liveAWhile, openScreen, shownScreens } from './screens.ts'
import { desk, openShop, phone, type Shop } from './shop.ts'
import { card } from './windows.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
  await liveAWhile(shop)
})
afterAll(() => shop.close())

const looks = [
  { look: 'light, 360 px', viewport: phone, colorScheme: 'light' },
  { look: 'dark, 360 px', viewport: phone, colorScheme: 'dark' },
  { look: 'light, 1440 px', viewport: desk, colorScheme: 'light' },
  { look: 'dark, 1440 px', viewport: desk, colorScheme: 'dark' },
] as const

describe.each(looks)('$look', ({ viewport, colorScheme }) => {
  test.each(shownScreens)(
    '$name: axe finds nothing serious, and nothing has to be scrolled sideways',
    async (screen) => {
      const page = await openScreen(shop, screen, { viewport, colorScheme, reducedMotion: 'reduce' })
      expect(await findings(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width)
      await page.context().close()
    },
  )
})

test('who wants no motion sees no blinking, but reads "New order"', async () => {
  const page = await shop.open({ as: 'farm-lindenhof', path: '/chats/', reducedMotion: 'reduce' })
  await card(page, 'Free-range Eggs').getByText('New order').waitFor()
  const running = 'document.getAnimations().filter((it) => it.effect.getComputedTiming().duration > 1).length'
  expect(await page.evaluate(running)).toBe(0)
  await page.context().close()
})

test.each(shownScreens.slice(0, 5))('$name: nothing jumps while it comes', async ({ as, show }) => {
  for (const viewport of [phone, desk]) {
    const page = await shop.open({ viewport, ...(as && { as }) })
    await watchLayout(page)
    await page.reload()
    await show(page)
    expect(await layoutShift(page)).toBeLessThan(LAYOUT_SHIFT_MOST)
    await page.context().close()
  }
})

test('nothing went wrong on any screen', () => {
  expect(shop.faults).toEqual([])
})

type Finding = { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }

/** What axe-core calls serious or critical, by WCAG 2.2 AA. */
async function findings(page: Page) {
  await page.evaluate(axe.source)
  const all = await page.evaluate<Finding[]>('axe.run().then((it) => it.violations)')
  return all
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`) }))
}
