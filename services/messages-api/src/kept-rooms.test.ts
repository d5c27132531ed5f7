import { expect, it } from 'vitest'
import { rememberKeptRooms } from './kept-rooms.ts'

it('a room found kept is known for five seconds, or until it is found free', () => {
  let now = 0
  const kept = rememberKeptRooms(() => now)
  expect(kept.has('a')).toBe(false)
  kept.learn('a', true)
  expect([kept.has('a'), kept.has('b')]).toEqual([true, false])
  kept.learn('a', false)
  expect(kept.has('a')).toBe(false)
  kept.learn('a', true)
  now = 4_999
  expect(kept.has('a')).toBe(true)
  now = 5_000
  expect(kept.has('a')).toBe(false)
})
