import type { Page } from 'playwright-core'

/** A page that stays below it does not jump. */
export const LAYOUT_SHIFT_MOST = 0.02

/** Adds up, from the next load of a page on, how far things moved that nobody had moved. */
export const watchLayout = (page: Page) =>
  page.addInitScript(`
    window.shifted = 0
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shifted += value
    }).observe({ type: 'layout-shift', buffered: true })
  `)

/** The sum so far, once pictures and fonts are in, and two frames have been drawn since. */
export const layoutShift = (page: Page): Promise<number> =>
  page.evaluate<number>(`(async () => {
    await document.fonts.ready
    const pictures = [...document.images].filter((it) => it.loading !== 'lazy')
    await Promise.all(pictures.map((it) => it.decode().catch(() => undefined)))
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
    return window.shifted
  })()`)
