import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { cases } from './cases.ts'
import { invariants } from './oracle.ts'

// The page names tests: each of them is there.

const ROOT = path.resolve(import.meta.dirname, '../../..')
const page = readFileSync(path.join(ROOT, 'infra/faults/README.md'), 'utf8')
// Several folders may have a test of one name.
const files = Map.groupBy(globSync('{services,packages,infra}/*/src/**/*.test.ts', { cwd: ROOT }), (file) =>
  path.basename(file),
)

const named = [...page.matchAll(/`([\w-]+(?:\.it|\.e2e)?\.test\.ts)`(?:: ((?:\*[^*]+\*(?:, |, and )?)+))?/g)].map(
  ([, file = '', names = '']) => ({ file, names: [...names.matchAll(/\*([^*]+)\*/g)].map(([, name = '']) => name) }),
)

test('it names many', () => expect(named.length).toBeGreaterThan(50))

test.each(named)('$file: $names', ({ file, names }) => {
  const texts = (files.get(file) ?? []).map((at) => readFileSync(path.join(ROOT, at), 'utf8'))
  expect(texts).not.toEqual([])
  const text = texts.join('\n')
  for (const name of names) expect(text).toContain(name)
})

test('every invariant stands in it', () => {
  for (const { id, says } of invariants)
    expect(page.replaceAll('`', '')).toContain(`| ${id} | ${says.replace('’', "'")} |`)
})

test('every result is that of a case which there is, by its present name', () => {
  const results = [...page.matchAll(/^\| (F\d+) \| (.+?) \| \d/gm)].map(([, id, name]) => ({ id, name }))
  expect(results.length).toBeGreaterThan(0)
  expect(cases.map(({ id, name }) => ({ id, name }))).toEqual(expect.arrayContaining(results))
})
