import { expect, test } from 'vitest'
import { until } from './until.ts'

test('gives the first truthy value', async () => {
  let asked = 0
  expect(await until(() => ++asked > 3 && asked)).toBe(4)
})

test('takes a check that throws as not yet', async () => {
  let asked = 0
  const value = await until(() => {
    if (++asked < 3) throw new Error('early')
    return 'late'
  })
  expect(value).toBe('late')
})

test('fails with what it waited for and the last value', async () => {
  await expect(until(() => 0, { within: 30, what: 'a message' })).rejects.toThrow('30 ms: a message; last: 0')
})

test('fails with the last error', async () => {
  const failing = () => Promise.reject(new Error('still away'))
  await expect(until(failing, { within: 30 })).rejects.toThrow('still away')
})
