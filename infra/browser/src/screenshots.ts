import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ROOT } from '@farmgate/start/services.ts'
import sharp from 'sharp'
import { liveAWhile, openScreen, type ShownScreen, shownScreens } from './screens.ts'
import { desk, openShop, phone, type Shop, type WindowOptions } from './shop.ts'

// `node infra/browser/src/screenshots.ts`: the pictures of services/web/README.md, of what stands in this working tree.

const FOLDER = path.join(ROOT, 'services/web/pictures')
const COLOURS = 128

const sizes: { size: string; looks: WindowOptions }[] = [
  { size: '360', looks: { viewport: phone } },
  { size: '1440', looks: { viewport: desk } },
]
const dark = new Set(['market', 'conversation'])

await mkdir(FOLDER, { recursive: true })
const shop = await openShop()
try {
  await liveAWhile(shop)
  for (const screen of shownScreens) {
    for (const { size, looks } of sizes) {
      await take(shop, screen, looks, `${screen.name}-${size}`)
      if (dark.has(screen.name))
        await take(shop, screen, { ...looks, colorScheme: 'dark' }, `${screen.name}-${size}-dark`)
    }
  }
} finally {
  await shop.close()
}

async function take(shop: Shop, screen: ShownScreen, looks: WindowOptions, name: string) {
  const page = await openScreen(shop, screen, { ...looks, reducedMotion: 'reduce' })
  await page.waitForFunction('[...document.images].every((it) => it.complete)')
  const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' })
  const small = await sharp(picture).png({ palette: true, colours: COLOURS, effort: 10 }).toBuffer()
  await writeFile(path.join(FOLDER, `${name}.png`), small)
  process.stdout.write(`${name}.png ${Math.ceil(small.length / 1024)} KB\n`)
  await page.context().close()
}
