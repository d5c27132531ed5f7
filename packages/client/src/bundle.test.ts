import { glob, readFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { expect, test } from 'vitest'

/** Everything that a browser may use, compressed. */
const MOST_BYTES = 12 * 1024

const DOORS = ['browser/browser.ts', 'farmgate.ts', 'open-room.ts', 'open-inbox.ts', 'http/checkout.ts']

test('all of it is small, and has no schemas in it', async () => {
  const code = await bundled(DOORS)
  expect(code).not.toContain('ZodError')
  expect(gzipSync(code).length).toBeLessThan(MOST_BYTES)
})

test('what is not called is left out', async () => {
  const code = await bundled(['farmgate.ts', 'http/checkout.ts'])
  expect(code).not.toContain('WebSocket')
  expect(code).not.toContain('indexedDB')
})

test('of the contracts only types are imported, and the table of close codes', async () => {
  const values = new Set<string>()
  for await (const file of glob('**/*.ts', { cwd: import.meta.dirname, exclude: ['**/*.test.ts', '**/*.fixture.ts'] }))
    for (const [, name = ''] of (await readFile(path.join(import.meta.dirname, file), 'utf8')).matchAll(VALUE_IMPORT))
      values.add(name)
  expect([...values]).toEqual(['@farmgate/contracts/close-codes.ts'])
})

const VALUE_IMPORT = /^import (?!type )[^;]*?from '(@farmgate\/[^']+)'/gm

async function bundled(doors: string[]): Promise<string> {
  const entry = doors.map((door) => path.join(import.meta.dirname, door))
  const output = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, minify: true, target: 'es2022', lib: { entry, formats: ['es'] } },
  })
  const chunks = [output].flat().flatMap((it) => ('output' in it ? it.output : []))
  return chunks.map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')).join('')
}
