import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeWorker } from './worker.ts'

test('the worker knows the files of its build, each once, and is plain JavaScript', async () => {
  const dist = await mkdtemp(path.join(tmpdir(), 'farmgate-dist-'))
  onTestFinished(() => rm(dist, { recursive: true }))
  await mkdir(path.join(dist, 'assets'))
  const files = ['a-1.js', 'a-1.js.br', 'a-1.js.gz', 'b-2.css', 'c-3.woff2']
  for (const file of files) await writeFile(path.join(dist, 'assets', file), '')
  await writeWorker(dist, 'one')
  const [first = '', ...rest] = (await readFile(path.join(dist, 'worker.js'), 'utf8')).split('\n')
  const { stamp, files: kept } = JSON.parse(first.replace('const BUILT = ', ''))
  expect([stamp, kept.toSorted()]).toEqual(['one', ['/assets/a-1.js', '/assets/b-2.css', '/assets/c-3.woff2']])
  expect(() => new Function(rest.join('\n'))).not.toThrow()
})
