import type { Page } from 'playwright-core'
import { historyOf } from './windows.ts'

/** Of one turn of the wheel: more than a screen. */
const STEP_PX = 1_000
type Scrolled = { rows: number; frames: number; longestMs: number }

/** Turns the wheel over an open conversation up to its first message, as older pages come, and down again; how long frames took. */
export async function scrollThrough(page: Page): Promise<Scrolled> {
  await historyOf(page).getByRole('article').first().waitFor()
  await historyOf(page).hover()
  await page.evaluate(NOTE_FRAMES)
  await wheel(page, -STEP_PX, AT_FIRST)
  await wheel(page, STEP_PX, AT_LAST)
  return page.evaluate<Scrolled>(`({ ...noted, rows: ${ROWS} })`)
}

/**
 * By turns of the wheel, as people scroll. A script that sets `scrollTop` in each frame is no reader: between its step and the
 * event that tells of it, the list puts a row that was just measured in its place, and takes the step back.
 */
async function wheel(page: Page, px: number, isThere: string) {
  while (!(await page.evaluate<boolean>(isThere))) await page.mouse.wheel(0, px)
}

// Given as text: this program's types know nothing of a page.
const HISTORY = `document.querySelector('[role=log]')`
/** -1 while there are older pages. */
const ROWS = `Number(${HISTORY}.querySelector('li')?.getAttribute('aria-setsize') ?? -1)`
const AT_FIRST = `${HISTORY}.scrollTop <= 0 && ${ROWS} !== -1`
const AT_LAST = `${HISTORY}.scrollTop >= ${HISTORY}.scrollHeight - ${HISTORY}.clientHeight - 1`
const NOTE_FRAMES = `{
  window.noted = { frames: 0, longestMs: 0 }
  let before = Infinity
  const frame = (now) => {
    noted.longestMs = Math.max(noted.longestMs, now - before)
    noted.frames++
    before = now
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
}`
