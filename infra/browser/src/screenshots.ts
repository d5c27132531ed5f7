import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ROOT } from '@farmgate/start/services.ts'
import { until } from '@farmgate/testing/until.ts'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { liveAWhile, openTomatoes, type ShownScreen, shownScreens, turnTo } from './screens.ts'
import { desk, openShop, phone, type WindowOptions } from './shop.ts'

// `node infra/browser/src/screenshots.ts`: the pictures of services/web/README.md and the one of the root README, of what stands in this working tree.

const FOLDER = path.join(ROOT, 'services/web/pictures')
const COLOURS = 128
const HALF = { width: 720, height: 800 }
const GAP_PX = 16
const PICTURES_WITHIN_MS = 20_000
/** Those in view; the others wait until somebody scrolls to them. */
const PICTURES_ARE_IN =
  '[...document.images].every((it) => it.complete || it.getBoundingClientRect().top > innerHeight)'

const sizes: { size: string; looks: WindowOptions }[] = [
  { size: '360', looks: { viewport: phone } },
  { size: '1440', looks: { viewport: desk } },
]
const dark = shownScreens.filter(({ name }) => name === 'market' || name === 'conversation')

await mkdir(FOLDER, { recursive: true })
const shop = await openShop()
try {
  await liveAWhile(shop)
  for (const { size, looks } of sizes) {
    await takeAll(shownScreens, looks, (name) => `${name}-${size}`)
    await takeAll(dark, { ...looks, colorScheme: 'dark' }, (name) => `${name}-${size}-dark`)
  }
  await keep('both', await bothSides())
} finally {
  await shop.close()
}

async function takeAll(screens: readonly ShownScreen[], looks: WindowOptions, fileOf: (name: string) => string) {
  const page = await shop.open({ ...looks, reducedMotion: 'reduce' })
  for (const screen of screens) {
    await turnTo(page, screen)
    await keep(fileOf(screen.name), await picture(page))
  }
  await page.context().close()
}

/** The customer's window and the farmer's, side by side, on the same conversation. */
async function bothSides(): Promise<Buffer> {
  const { width, height } = HALF
  const sides = await Promise.all(
    (['customer-ada', 'farm-lindenhof'] as const).map(async (as) => {
      const page = await shop.open({ as, path: '/chats/', viewport: HALF, reducedMotion: 'reduce' })
      await openTomatoes(page)
      return page
    }),
  )
  const pictures = await Promise.all(sides.map(picture))
  await Promise.all(sides.map((page) => page.context().close()))
  const ground = { width: 2 * width + GAP_PX, height, channels: 3, background: '#888888' } as const
  const placed = pictures.map((input, at) => ({ input, left: at * (width + GAP_PX), top: 0 }))
  return sharp({ create: ground }).composite(placed).png().toBuffer()
}

async function picture(page: Page): Promise<Buffer> {
  await until(() => page.evaluate<boolean>(PICTURES_ARE_IN), { within: PICTURES_WITHIN_MS })
  return page.screenshot({ animations: 'disabled', caret: 'hide' })
}

async function keep(name: string, picture: Buffer) {
  const small = await sharp(picture).png({ palette: true, colours: COLOURS, effort: 10 }).toBuffer()
  await writeFile(path.join(FOLDER, `${name}.png`), small)
  process.stdout.write(`${name}.png ${Math.ceil(small.length / 1024)} KB\n`)
}
