import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '../../..')
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8')

/** Fields of zod shapes, written in capitals, stand in these files alone. */
const sources = globSync('{services,infra}/*/src/**/{config,open-store}.ts', { cwd: ROOT })
const fields = [...sources, 'packages/service-kit/src/config.ts'].flatMap((file) =>
  [...read(file).matchAll(/^ {2,4}([A-Z][A-Z0-9_]+): (?!env|String|config|at)/gm)].map(([, name = '']) => name),
)
const described = read('infra/start/README.md')

test('there are some', () => expect(fields.length).toBeGreaterThan(30))

test.each([...new Set(fields)])('%s stands in the table of infra/start/README.md', (name) => {
  expect(described).toMatch(new RegExp(`^\\|.*\`${name}\`.*\\|`, 'm'))
})
