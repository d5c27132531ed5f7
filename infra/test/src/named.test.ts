import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { inboxClientFrames, roomClientFrames } from '@farmgate/contracts/client-frames.ts'
import { closeCodes } from '@farmgate/contracts/close-codes.ts'
import { errorCodes } from '@farmgate/contracts/errors.ts'
import { inboxEvents } from '@farmgate/contracts/inbox-events.ts'
import { messageEvents } from '@farmgate/contracts/message-events.ts'
import { roomEvents } from '@farmgate/contracts/room-events.ts'
import { inboxServerFrames, roomServerFrames } from '@farmgate/contracts/server-frames.ts'
import { describe, expect, test } from 'vitest'

// What the contracts promise to the world has a test that names it. A row that is added without one fails here.

const ROOT = path.resolve(import.meta.dirname, '../../..')
const tests = globSync('{services,packages,infra}/*/src/**/*.test.ts', { cwd: ROOT })
  .filter((file) => !file.endsWith('named.test.ts') && !file.endsWith('golden.test.ts'))
  .map((file) => readFileSync(path.join(ROOT, file), 'utf8'))
  .join('\n')

/** Words such as `read` and `internal` stand in every other line: what counts is the word as a value, in quotes (or `word 7`). */
const isNamed = (word: string, text: string) =>
  new RegExp(`['"\`]${word.replaceAll('.', '\\.')}(?: \\d+)?['"\`]`).test(text)

const tables: Record<string, string[]> = {
  'error code': Object.keys(errorCodes),
  'frame of a client': Object.keys({ ...roomClientFrames, ...inboxClientFrames }),
  'frame of the server': Object.keys({ ...roomServerFrames, ...inboxServerFrames }),
  event: Object.keys({ ...roomEvents, ...messageEvents, ...inboxEvents }),
}

describe.each(Object.entries(tables))('each %s is named by a test', (_, words) => {
  test.each(words)('%s', (word) => {
    expect(isNamed(word, tests)).toBe(true)
  })
})

test.each(Object.values(closeCodes))('close code $code is named by a test', ({ code }) => {
  expect(tests).toMatch(new RegExp(`\\b${code}\\b`))
})

test('a word that stands in a path or a sentence names nothing', () => {
  expect(isNamed('internal', "ask('/internal/story/') // internal")).toBe(false)
  expect(isNamed('internal', "code: 'internal'")).toBe(true)
})

describe('each operation is named by a test', () => {
  const routes = globSync('services/*/src/routes/**/*.ts', { cwd: ROOT }).filter((file) => !file.endsWith('.test.ts'))
  const source = routes.map((file) => readFileSync(path.join(ROOT, file), 'utf8')).join('\n')
  const paths = [...source.matchAll(/app\.\w+\(\s*'([^']+)'/g)].map(([, at = '']) => at)

  test('there are some', () => expect(paths.length).toBeGreaterThan(20))

  test.each([...new Set(paths)])('%s', (at) => {
    // A path parameter may be anything where a test fills it in; internal ones are called by their last word.
    const pattern = at
      .replace(/^\/internal\/\w+\//, '')
      .replace(/\/$/, '')
      .replaceAll(/:\w+/g, '[^\'`"\\s]+')
    expect(new RegExp(pattern).test(tests)).toBe(true)
  })
})
