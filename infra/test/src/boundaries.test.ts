import { glob, readFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { boundaryFaults } from './boundaries.ts'

const ROOT = path.resolve(import.meta.dirname, '../../..')
let repository: Map<string, string>

beforeAll(async () => {
  repository = new Map()
  const patterns = ['package.json', '{src,app,worker}/**/*.{ts,tsx}'].map(
    (pattern) => `{services,packages,infra}/*/${pattern}`,
  )
  for await (const file of glob(patterns, { cwd: ROOT }))
    repository.set(file, await readFile(path.join(ROOT, file), 'utf8'))
})

test('the repository keeps its boundaries', () => {
  expect(boundaryFaults(repository)).toEqual([])
})

const from = (name: string) => `import { x } from '${name}'`
const wrapped = (name: string) => `import {\n  x,\n} from '${name}'`
const exported = (name: string) => `export { x } from '${name}'`
const bare = (name: string) => `import '${name}'`
const dynamic = (name: string) => `await import('${name}')`

describe('a file that breaks a boundary is found', () => {
  test.each([
    ['services/rooms-api/src/bad.ts', from, '@farmgate/messages-api/append.ts', 'imports the service'],
    ['services/rooms-api/src/bad.ts', dynamic, '@farmgate/messages-api/append.ts', 'imports the service'],
    ['services/rooms-api/src/bad.test.ts', from, '@farmgate/web/main.ts', 'imports the service'],
    ['packages/service-kit/src/bad.ts', bare, '@farmgate/web/main.ts', 'imports the service'],
    ['services/web/src/bad.ts', from, '../../rooms-api/src/main.ts', 'by path'],
    ['services/ws-gateway/src/bad.ts', from, 'postgres', 'does not name'],
    ['packages/contracts/src/bad.ts', exported, 'fastify', 'does not name'],
    ['packages/client/src/bad.ts', from, 'zod', 'does not name'],
    ['packages/streams/src/bad.ts', wrapped, '@farmgate/contracts/errors.ts', 'does not name'],
    ['services/web/src/bad.ts', from, '@farmgate/testing/until.ts', 'for tests'],
    ['services/web/src/bad.ts', from, 'react', 'does not name'],
    ['services/web/app/bad.tsx', from, 'preact', 'does not name'],
    ['services/web/app/bad.tsx', from, '@farmgate/testing/until.ts', 'for tests'],
  ])('%s: %o %s', (file, write, specifier, fault) => {
    const tree = new Map(repository).set(file, write(specifier))
    expect(newFaults(tree)).toEqual([expect.stringMatching(new RegExp(`^${file}: .*${fault}`))])
  })
})

describe('a package.json that breaks a boundary is found', () => {
  test.each([
    ['packages/contracts', 'fastify', 'may not depend on fastify'],
    ['packages/client', 'zod', 'may not depend on'],
    ['packages/streams', '@farmgate/contracts', 'may not depend on'],
    ['packages/outbox', 'fastify', 'may not depend on'],
    ['services/ws-gateway', 'drizzle-orm', 'leads to a database'],
    ['services/ws-gateway', '@farmgate/postgres', 'leads to a database'],
    ['packages/service-kit', 'postgres', 'leads to a database'],
    ['services/web', '@farmgate/rooms-api', 'depends on the service'],
  ])('%s with %s', (folder, dependency, fault) => {
    const file = `${folder}/package.json`
    const manifest = JSON.parse(repository.get(file) ?? '')
    manifest.dependencies[dependency] = '1.0.0'
    const tree = new Map(repository).set(file, JSON.stringify(manifest))
    expect(newFaults(tree)).toContainEqual(expect.stringContaining(fault))
  })
})

function newFaults(tree: Map<string, string>): string[] {
  const before = boundaryFaults(repository)
  return boundaryFaults(tree).filter((fault) => !before.includes(fault))
}
