import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'

const ops = (...words: string[]) =>
  spawnSync(process.execPath, [path.join(import.meta.dirname, 'main.ts'), ...words], {
    env: { PATH: process.env.PATH, FARMGATE_DATA: '/nowhere', ROOMS_API_URL: 'http://127.0.0.1:9' },
    encoding: 'utf8',
  })

test.each(['rebuild', 'dead-letters list', 'dead-letters replay', 'lag', 'room', 'drain'])(
  '%s --help says how and what, and does nothing',
  (verb) => {
    const { status, stdout } = ops(...verb.split(' '), '--help')
    expect(status).toBe(0)
    expect(stdout).toMatch(new RegExp(`^npm run ops -- ${verb}\\b.*\n\n\\w`))
  },
)

test('without a verb, or with one that is none, it names them all', () => {
  expect(ops('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('  dead-letters list') })
  const listed = { status: 1, stdout: expect.stringContaining('  dead-letters list') }
  expect(ops()).toMatchObject({ ...listed, stderr: 'The verb is missing\n' })
  expect(ops('dead-letters', 'burn')).toMatchObject({ ...listed, stderr: 'There is no verb dead-letters burn\n' })
})

test.each([
  ['what is missing', ['drain'], /^The address is missing/],
  ['a stream that is none', ['dead-letters', 'replay', 'roms'], /^There is no stream roms: it is rooms or messages/],
  ['that Redis is not known', ['lag'], /^REDIS_URL is not set/],
  ['who is away', ['rebuild'], /^rooms-api on http:\/\/127.0.0.1:9 is away/],
])('it says %s in a line', (_, words, line) => {
  const { status, stderr } = ops(...words)
  expect(status).toBe(1)
  expect(stderr).toMatch(line)
  expect(stderr.trim().split('\n')).toHaveLength(1)
})
