import { MAX_BODY } from '@farmgate/contracts/messages.ts'
import { expect, test } from 'vitest'
import { charactersLeft } from './message-length.ts'

test('characters are code points after trimming, as the server counts them', () => {
  expect(charactersLeft('')).toBe(MAX_BODY)
  expect(charactersLeft('🍅'.repeat(MAX_BODY))).toBe(0)
  expect(charactersLeft(`  ${'a'.repeat(MAX_BODY)}\n`)).toBe(0)
  expect(charactersLeft('a'.repeat(MAX_BODY + 1))).toBe(-1)
})

test('all of a short text is counted the same way', () => {
  expect(charactersLeft('🍅')).toBe(MAX_BODY - 1)
})
