import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ROOT } from '@farmgate/start/services.ts'
import { until } from '@farmgate/testing/until.ts'
import sharp from 'sharp'
import { liveAWhile, type ShownScreen, shownScreens, turnTo } from './screens.ts'
import { desk, openShop, phone, type WindowOptions } from './shop.ts'

// `node infra/browser/src/screenshots.ts`: the pictures of services/web/README.md, of what stands in this working tree.

const FOLDER = path.join(ROOT, 'services/web/pictures')
const COLOURS = 128

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
} finally {
  await shop.close()
}

async function takeAll(screens: readonly ShownScreen[], looks: WindowOptions, fileOf: (name: string) => string) {
  const page = await shop.open({ ...looks, reducedMotion: 'reduce' })
  for (const screen of screens) {
    await turnTo(page, screen)
    await until(() => page.evaluate<boolean>('[...document.images].every((it) => it.complete)'))
    const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' })
    await keep(fileOf(screen.name), picture)
  }
  await page.context().close()
}

async function keep(name: string, picture: Buffer) {
  const small = await sharp(picture).png({ palette: true, colours: COLOURS, effort: 10 }).toBuffer()
  await writeFile(path.join(FOLDER, `${name}.png`), small)
  process.stdout.write(`${name}.png ${Math.ceil(small.length / 1024)} KB\n`)
}
