import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { authFields, databaseFields, port, processFields, readConfig } from './config.ts'

const shape = { ...processFields, ...authFields, PORT: port(8080) }
const strong = { JWT_SECRET: 's'.repeat(32), INTERNAL_TOKEN: 't'.repeat(32) }

test('presets stand in for what is not set or set to nothing', () => {
  const config = readConfig(shape, { LOG_LEVEL: '', PORT: undefined })
  expect(config).toMatchObject({ LOG_LEVEL: 'info', PORT: 8080, REUSE_PORT: false, ALLOWED_ORIGINS: [] })
})

test('words become values', () => {
  const env = { PORT: '90', REUSE_PORT: 'true', ALLOWED_ORIGINS: 'https://a.example, http://localhost:8080' }
  expect(readConfig(shape, env)).toMatchObject({
    PORT: 90,
    REUSE_PORT: true,
    ALLOWED_ORIGINS: ['https://a.example', 'http://localhost:8080'],
  })
})

test('every variable at fault is named, none is shown', () => {
  const env = {
    PORT: 'secret',
    LOG_LEVEL: 'secret',
    TRUSTED_PROXIES: 'secret',
    ALLOWED_ORIGINS: 'https://a.example/secret',
  }
  const read = () => readConfig({ ...shape, ...databaseFields }, env)
  for (const name of ['PORT', 'LOG_LEVEL', 'TRUSTED_PROXIES', 'ALLOWED_ORIGINS', 'DATABASE_URL'])
    expect(read).toThrow(name)
  expect(read).not.toThrow('secret')
})

test.each([
  ['no secret', {}],
  ['a short secret', { ...strong, JWT_SECRET: 'short' }],
  ['the development secret', { ...strong, JWT_SECRET: 'farmgate-development-secret-do-not-use' }],
  ['no internal token', { JWT_SECRET: strong.JWT_SECRET }],
  ['the development token', { ...strong, INTERNAL_TOKEN: 'farmgate-development-internal-token-do-not-use' }],
])('production refuses %s', (_, env) => {
  expect(() => readConfig(shape, { ...env, NODE_ENV: 'production' })).toThrow('production wants')
})

test('production takes a strong secret, or keys by URL', () => {
  readConfig(shape, { ...strong, NODE_ENV: 'production' })
  readConfig(shape, { ...strong, JWT_SECRET: '', JWKS_URL: 'https://id.example/keys', NODE_ENV: 'production' })
})

test('a secret and a key URL together are refused: which of them counts must be plain', () => {
  expect(() => readConfig(shape, { ...strong, JWKS_URL: 'https://id.example/keys' })).toThrow('not both')
})

test('a bad configuration ends the process with exit code 1 and one clear line', () => {
  const code = "import { configOrExit, port } from './config.ts'; configOrExit({ PORT: port(1) }, { PORT: 'x' })"
  const child = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', code], {
    cwd: import.meta.dirname,
  })
  expect(child.status).toBe(1)
  expect(child.stderr.toString()).toMatch(/^The configuration cannot be used:\n {2}PORT: .*\n$/)
})
