import { MAX_BODY } from '@farmgate/contracts/messages.ts'
import { expect, test } from 'vitest'
import { charactersLeft, markOf } from './message-length.ts'

test('characters are code points after trimming, as the server counts them', () => {
  expect(charactersLeft('')).toBe(MAX_BODY)
  expect(charactersLeft('🍅'.repeat(MAX_BODY))).toBe(0)
  expect(charactersLeft(`  ${'a'.repeat(MAX_BODY)}\n`)).toBe(0)
  expect(charactersLeft('a'.repeat(MAX_BODY + 1))).toBe(-1)
})

test('all of a short text is counted the same way', () => {
  expect(charactersLeft('🍅')).toBe(MAX_BODY - 1)
})

test('what is left is said at a few marks, and once that it is too much', () => {
  expect([201, 200, 101, 100, 15, 0, -1, -500].map(markOf)).toEqual([undefined, 200, 200, 100, 20, 0, -1, -1])
})
