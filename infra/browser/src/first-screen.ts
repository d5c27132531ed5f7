import type { Page } from 'playwright-core'
import { layoutShift, watchLayout } from './layout-shift.ts'

type FirstScreen = {
  /** From the start of the navigation to the frame in which what one came for can be used. */
  usableMs: number
  shift: number
  /** JavaScript as it went over the wire, in 1,000 bytes. */
  kb: number
}

/** Goes to a screen; `usable` selects what one came for. React draws it with its handlers: what is there answers. */
export async function firstScreen(page: Page, path: string, usable: string): Promise<FirstScreen> {
  await watchLayout(page)
  await page.addInitScript(`
    const look = (at) => {
      if (document.querySelector(${JSON.stringify(usable)})) window.usableAt = at
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  `)
  await page.goto(path)
  const usableMs = await page.evaluate<number>(`new Promise((done) => {
    const look = () => (window.usableAt ? done(window.usableAt) : requestAnimationFrame(look))
    look()
  })`)
  const kb = await page.evaluate<number>(`performance.getEntriesByType('resource')
    .filter(({ name }) => name.endsWith('.js') && !name.endsWith('/worker.js'))
    .reduce((sum, { encodedBodySize }) => sum + encodedBodySize / 1_000, 0)`)
  return { usableMs, shift: await layoutShift(page), kb }
}
