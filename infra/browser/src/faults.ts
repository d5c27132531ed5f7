import type { Page } from 'playwright-core'

/** What a browser says of a server that is away, which tests here see to. */
const AWAY = /Failed to load resource|WebSocket connection to|ERR_INTERNET_DISCONNECTED/

/**
 * Notes what must never happen in a window: a dialog that a script opened, an error that nobody caught, anything that
 * Chromium reports as an error, above all what the Content Security Policy refused.
 */
export function watchFaults(page: Page, faults: string[]): void {
  page.on('dialog', async (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    await dialog.dismiss()
  })
  page.on('pageerror', (error) => faults.push(`error: ${error.stack ?? error.message}`))
  page.on('console', (line) => {
    if (line.type() === 'error' && !AWAY.test(line.text())) faults.push(`console: ${line.text()}`)
  })
}
