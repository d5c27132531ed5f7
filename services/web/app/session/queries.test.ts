import { MutationObserver, onlineManager } from '@tanstack/react-query'
import { afterEach, expect, test } from 'vitest'
import { createQueries } from './queries.ts'

afterEach(() => onlineManager.setOnline(true))

test('an order without a network is refused at once, and does not place itself later', async () => {
  onlineManager.setOnline(false)
  let tries = 0
  const order = new MutationObserver(createQueries(), {
    mutationFn: () => {
      tries++
      return Promise.reject(new TypeError('no network'))
    },
  })
  await expect(order.mutate()).rejects.toThrow('no network')
  onlineManager.setOnline(true)
  expect(tries).toBe(1)
})
