import type { Locator, Page } from 'playwright-core'

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
