import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { FIRST_SCREEN_KB, firstScreenKb } from './first-screen.ts'
import { DIST } from './folders.ts'

const run = promisify(execFile)

/** As the start command and the image do it; never in here, where NODE_ENV says test. */
const build = async () => (await run(process.execPath, [path.join(import.meta.dirname, '../build.ts')])).stdout

test('the app is under its limit, and what is built is not built again', async () => {
  await build()
  expect(await firstScreenKb(DIST)).toBeLessThan(FIRST_SCREEN_KB)
  expect(await build()).toMatch(/^up to date; first screen [\d.]+ KB of JavaScript, of 120\n$/)
}, 120_000)

test('counted are the entry, all it imports, and the heaviest screen with what that imports', async () => {
  const dist = await mkdtemp(path.join(tmpdir(), 'farmgate-dist-'))
  onTestFinished(() => rm(dist, { recursive: true }))
  const sizes = { entry: 1_000, library: 20_000, light: 300, heavy: 4_000, only: 500_000, later: 6_000_000 }
  const chunk = (file: keyof typeof sizes, more = {}) => ({ file: `${file}.js`, ...more })
  const manifest = {
    entry: chunk('entry', { isEntry: true, imports: ['library'], dynamicImports: ['light', 'heavy'] }),
    library: chunk('library'),
    light: chunk('light', { imports: ['library', 'entry'] }),
    heavy: chunk('heavy', { imports: ['only'], dynamicImports: ['later'] }),
    only: chunk('only'),
    later: chunk('later'),
  }
  await mkdir(path.join(dist, '.vite'))
  await writeFile(path.join(dist, '.vite/manifest.json'), JSON.stringify(manifest))
  for (const [name, size] of Object.entries(sizes))
    await writeFile(path.join(dist, `${name}.js.gz`), Buffer.alloc(size))
  expect(await firstScreenKb(dist)).toBe(525)
})
