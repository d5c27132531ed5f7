import { expect, test } from 'vitest'
import { deadline } from './deadline.ts'
import { DependencyAway, isDependencyAway } from './dependency.ts'

const coded = (code: string, message = 'x') => Object.assign(new Error(message), { code })

test.each([
  ['a refused connection', coded('ECONNREFUSED')],
  ['postgres.js out of time', coded('CONNECT_TIMEOUT')],
  ['Postgres shutting down', coded('57P01')],
  ['Postgres starting', coded('57P03')],
  ['no connection left', coded('53300')],
  ['a lock not granted', coded('55P03')],
  ['a statement cancelled by its timeout', coded('57014')],
  ['what drizzle wraps', new Error('Failed query', { cause: coded('57P01') })],
  ['what fetch wraps', new TypeError('fetch failed', { cause: coded('ECONNRESET') })],
  ['ioredis after its retries', Object.assign(new Error('x'), { name: 'MaxRetriesPerRequestError' })],
  ['ioredis closed', new Error('Connection is closed.')],
  ['ioredis without a queue', new Error("Stream isn't writeable and enableOfflineQueue options is false")],
  ['Redis loading', new Error('LOADING Redis is loading the dataset in memory')],
  ['Redis out of memory', new Error("OOM command not allowed when used memory > 'maxmemory'.")],
  ['our own', new DependencyAway('redis')],
])('%s is a dependency away', (_, error) => {
  expect(isDependencyAway(error)).toBe(true)
})

test.each([
  ['a unique violation', coded('23505')],
  ['a bug', new TypeError('x is not a function')],
  ['a wrong type in Redis', new Error('WRONGTYPE Operation against a key')],
  ['no error', 'ECONNREFUSED'],
  ['nothing', undefined],
])('%s is not', (_, error) => {
  expect(isDependencyAway(error)).toBe(false)
})

test('an error that is its own cause ends', () => {
  const error = new Error('x')
  error.cause = error
  expect(isDependencyAway(error)).toBe(false)
})

test('a deadline hands on what came in time, and its error', async () => {
  await expect(deadline(Promise.resolve(1), 100, 'redis')).resolves.toBe(1)
  await expect(deadline(Promise.reject(new Error('no')), 100, 'redis')).rejects.toThrow('no')
})

test('a deadline refuses what did not come', async () => {
  await expect(deadline(new Promise(() => undefined), 5, 'redis')).rejects.toMatchObject({
    name: 'DependencyAway',
    what: 'redis',
  })
})
