import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { failPoints, type Patch } from './fail-points.ts'

const ROOT = path.resolve(import.meta.dirname, '../../../..')

describe.each(Object.entries<readonly Patch[]>(failPoints))('%s', (_, patches) => {
  test.each(patches)('finds its place in $file', ({ file, find }) => {
    expect(readFileSync(path.join(ROOT, file), 'utf8').split(find)).toHaveLength(2)
  })
})

const start = (env: Record<string, string>) =>
  spawnSync(process.execPath, ['--import', path.join(import.meta.dirname, 'compile-in.ts'), '--eval', '1'], {
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
  })

test('production and development do not start with fail points, tests do', () => {
  for (const NODE_ENV of ['production', 'development']) {
    const { status, stderr } = start({ NODE_ENV, FAIL_POINTS: 'kill-after-commit' })
    expect([status, stderr]).toEqual([1, expect.stringContaining('FAIL_POINTS: only where NODE_ENV is test')])
  }
  expect(start({ NODE_ENV: 'test', FAIL_POINTS: 'kill-after-commit' }).status).toBe(0)
})

test('a fail point that there is not ends the start', () => {
  expect(start({ NODE_ENV: 'test', FAIL_POINTS: 'kill-everything' }).stderr).toContain('there is no kill-everything')
})
