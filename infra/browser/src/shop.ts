import { seedCatalog } from '@farmgate/demo/seed.ts'
import { type Stack, type StackOptions, startStack } from '@farmgate/stack/stack.ts'
import { buildApp } from '@farmgate/start/build-app.ts'
import { TEST_SECRET } from '@farmgate/testing/tokens.ts'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { openBrowser } from './browser.ts'
import { watchFaults } from './faults.ts'
import { PATIENCE_MS } from './windows.ts'

export const phone = { width: 360, height: 740 }
export const desk = { width: 1440, height: 900 }

export type WindowOptions = {
  /** One of the demo's people, like `customer-ada`; where not given, the window begins at the demo's door. */
  as?: string
  path?: string
} & Pick<BrowserContextOptions, 'viewport' | 'colorScheme' | 'reducedMotion' | 'hasTouch'>

/** The whole product with the demo's market in it, and a browser to use it with. */
export type Shop = {
  stack: Stack
  /** A window that shares nothing with the others: no storage, no cache, no network. */
  open(options?: WindowOptions): Promise<Page>
  /** What went wrong in any window so far: dialogs, errors, what the policy refused. */
  faults: readonly string[]
  close(): Promise<void>
}

/** Starts both. What it holds is of its own, and `close` ends all of it. */
export async function openShop(options: StackOptions = {}): Promise<Shop> {
  const opened = new AsyncDisposableStack()
  try {
    return await bringUp(options, opened)
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

async function bringUp(options: StackOptions, opened: AsyncDisposableStack): Promise<Shop> {
  await buildApp()
  const stack = opened.adopt(await startStack(options), (it) => it.close())
  // Where a marketplace says who one is there is no demo.
  if (options.env?.SESSION_URL === undefined) await seed(stack)
  const browser = opened.adopt(await openBrowser(), (it) => it.close())
  const faults: string[] = []
  return {
    stack,
    faults,
    async open({ as, path = '/', ...looks } = {}) {
      const context = await browser.newContext({ baseURL: stack.url, locale: 'en-GB', viewport: desk, ...looks })
      context.setDefaultTimeout(PATIENCE_MS)
      const page = await context.newPage()
      watchFaults(page, faults)
      await page.goto(as ? `${path}?as=${as}` : path)
      return page
    },
    close: () => opened.disposeAsync(),
  }
}

/** As the start command does. */
const seed = ({ url }: Stack) =>
  seedCatalog({ origin: url, publicOrigin: `http://localhost:${new URL(url).port}`, secret: TEST_SECRET })
