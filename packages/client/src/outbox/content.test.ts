import { expect, test } from 'vitest'
import { checked } from './content.ts'

const photos = (count: number) => Array.from({ length: count }, () => new Blob([]))

test.each([
  ['text, trimmed', { body: ' Friday?\n' }, 'Friday?'],
  ['nothing but photos', { body: ' ', images: photos(10) }, ''],
  ['4,000 characters, however many bytes they have', { body: '🍅'.repeat(4_000) }, '🍅'.repeat(4_000)],
])('%s may be sent', (_, content, body) => {
  expect(checked(content).body).toBe(body)
})

test.each([
  ['nothing', { body: ' ' }],
  ['4,001 characters', { body: 'x'.repeat(4_001) }],
  ['half a character', { body: '\ud83c' }],
  ['NUL', { body: 'a\0b' }],
  ['11 photos', { body: '', images: photos(11) }],
])('%s may not', (_, content) => {
  expect(() => checked(content)).toThrow(expect.objectContaining({ code: 'invalid_body' }))
})
