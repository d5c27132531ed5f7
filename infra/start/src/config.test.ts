import { expect, test } from 'vitest'
import { readStartConfig, serviceEnv } from './config.ts'
import { envOf } from './fleet.ts'
import { origin } from './services.ts'

const TOKEN = 'f'.repeat(64)
const SECRET = 's'.repeat(32)

test('on a desk nothing needs to be set', () => {
  const config = readStartConfig({}, TOKEN)
  const env = serviceEnv({}, config, { redisUrl: 'redis://127.0.0.1:1' })
  expect(env).toMatchObject({
    NODE_ENV: 'development',
    PORT: '8080',
    INTERNAL_TOKEN: TOKEN,
    WS_QUERY_TOKEN: 'true',
    ALLOWED_ORIGINS: 'http://localhost:8080,http://127.0.0.1:8080',
    ROOMS_API_URL: 'http://127.0.0.1:4001',
  })
  expect(env.IMAGE_STORE).toMatch(/^file:\/\/\/.*\.farmgate\/images$/)
})

test.each([
  ['nothing', {}],
  ['a short secret', { JWT_SECRET: 'short' }],
  ['the development secret', { JWT_SECRET: 'farmgate-development-secret-do-not-use' }],
])('production refuses %s', (_, env) => {
  expect(() => readStartConfig({ NODE_ENV: 'production', ...env }, TOKEN)).toThrow('JWT_SECRET: production wants')
})

test.each([
  ['a secret of its own', { JWT_SECRET: SECRET }],
  ['a key set', { JWKS_URL: 'https://keys.example/jwks.json' }],
])('production takes %s, and no token in the query', (_, env) => {
  expect(readStartConfig({ NODE_ENV: 'production', ...env }, TOKEN).WS_QUERY_TOKEN).toBe(false)
})

test('a variable that cannot be read is named, its value is not shown', () => {
  for (const PORT of ['eighty', '70000', '1e3', '-1'])
    expect(() => readStartConfig({ PORT }, TOKEN)).toThrow('PORT: must be a whole number from 0 to 65535')
  expect(() => readStartConfig({ DATABASE_URL: 'mysql://farm' }, TOKEN)).toThrow(
    'DATABASE_URL: must be a URL that begins with postgres://',
  )
  expect(() => readStartConfig({ DATABASE_URL: 'hush' }, TOKEN)).toThrow(/^DATABASE_URL: (?!.*hush)/)
})

test('on port 80 our own origin is named as browsers name it', () => {
  const config = readStartConfig({ PORT: '80' }, TOKEN)
  const { ALLOWED_ORIGINS } = serviceEnv({}, config, { redisUrl: 'redis://127.0.0.1:1' })
  expect(ALLOWED_ORIGINS).toBe('http://localhost,http://127.0.0.1')
  const given = readStartConfig({ ALLOWED_ORIGINS: 'https://shop.example:443, http://localhost:80' }, TOKEN)
  expect(given.ALLOWED_ORIGINS).toEqual(['https://shop.example', 'http://localhost'])
})

test.each([
  ['production', [SECRET, TOKEN, 'hush']],
  ['development', [TOKEN, 'hush']],
])('in %s the one origin is told no store and no secret but that of the demo', (NODE_ENV, secrets) => {
  const config = readStartConfig({ NODE_ENV, JWT_SECRET: SECRET }, TOKEN)
  const env = serviceEnv({ DATABASE_URL: 'postgres://x:hush@y/z' }, config, { redisUrl: 'redis://:hush@127.0.0.1:1' })
  const told = JSON.stringify(
    envOf(origin, 1, { config, env, databaseUrl: 'postgres://x:hush@y/z', redisHasUsers: true }),
  )
  for (const secret of secrets) expect(told).not.toContain(secret)
})
