import fc from 'fast-check'
import { expect, test } from 'vitest'
import { previewOf } from './preview.ts'

test('a short body is its own preview, on one line', () => {
  expect(previewOf('Friday?')).toBe('Friday?')
  expect(previewOf('Hello!\n\n  See you \t soon')).toBe('Hello! See you soon')
})

test('of a long body the first 100 code points remain, with an ellipsis', () => {
  expect(previewOf('a'.repeat(100))).toBe('a'.repeat(100))
  expect(previewOf('a'.repeat(101))).toBe(`${'a'.repeat(100)}…`)
  expect(previewOf('🥕'.repeat(100))).toBe('🥕'.repeat(100))
  expect(previewOf('🥕'.repeat(4000))).toBe(`${'🥕'.repeat(100)}…`)
})

test('a preview is well-formed, short, and its own preview', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (body) => {
      const preview = previewOf(body)
      expect(preview.isWellFormed()).toBe(true)
      expect([...preview].length).toBeLessThanOrEqual(101)
      expect(previewOf(preview)).toBe(preview)
    }),
  )
})
