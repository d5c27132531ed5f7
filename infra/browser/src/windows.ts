import { until } from '@farmgate/testing/until.ts'
import type { Locator, Page } from 'playwright-core'

/** For whatever a window waits for, on a machine that does much else: less than a test may take, so that the failure names it. */
export const PATIENCE_MS = 20_000

/** For what waits for a line that was away: more than the longest wait between two tries, 30 s. */
export const LINE_BACK = { timeout: 45_000 }

/** Waits until `check` gives something truthy, as long as a window waits for anything. */
export const eventually = <T>(check: () => T | Promise<T>) => until(check, { within: PATIENCE_MS })

/** The card of a room in the chat list, by its product. */
export const card = (page: Page, product: string): Locator =>
  page.getByRole('list', { name: 'Your chats' }).getByRole('link').filter({ hasText: product })

/** The open conversation, from its first drawn row to its last. */
export const historyOf = (page: Page): Locator => page.getByRole('log')

/** A message of the open conversation that has this text. */
export const messageOf = (page: Page, text: string | RegExp): Locator =>
  historyOf(page).getByRole('article').filter({ hasText: text })

/** Writes into the composer, and sends it. */
export async function say(page: Page, text: string): Promise<void> {
  const field = page.getByLabel('Your message')
  await field.fill(text)
  await field.press('Enter')
}

/** What stands in the open conversation, from top to bottom: the texts of messages, with unsent ones at the end. */
export const texts = (page: Page): Promise<string[]> => historyOf(page).locator('.message-text').allInnerTexts()

/** Whether a picture has arrived. */
export const isLoaded = (picture: Locator): Promise<boolean> =>
  picture.evaluate((it: { naturalWidth: number }) => it.naturalWidth > 0)
