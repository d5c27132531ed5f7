import type { Page } from 'playwright-core'
import { historyOf } from './windows.ts'

/** More than a screen in each frame: faster than any hand. */
const STEP_PX = 1_000
type Scrolled = { rows: number; frames: number; longestMs: number }

/** Scrolls an open conversation up to its first message, as older pages come, and down again; notes how long frames took. */
export async function scrollThrough(page: Page): Promise<Scrolled> {
  await historyOf(page).getByRole('article').first().waitFor()
  return page.evaluate<Scrolled>(SCROLL)
}

// Given as text: this program's types know nothing of a page.
const SCROLL = `new Promise((done) => {
  const history = document.querySelector('[role=log]')
  const rows = () => Number(history.querySelector('li')?.getAttribute('aria-setsize') ?? -1)
  const atTop = () => history.scrollTop <= 0 && rows() !== -1
  const atEnd = () => history.scrollTop >= history.scrollHeight - history.clientHeight - 1
  let [step, frames, longestMs, before] = [-${STEP_PX}, 0, 0, Infinity]
  const frame = (now) => {
    longestMs = Math.max(longestMs, now - before)
    before = now
    frames++
    if (step < 0 && atTop()) step = ${STEP_PX}
    else if (step > 0 && atEnd()) return done({ rows: rows(), frames, longestMs })
    history.scrollTop += step
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
})`
