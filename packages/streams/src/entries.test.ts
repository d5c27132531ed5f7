import { expect, test } from 'vitest'
import { field, isBefore, toFields, toFlat } from './entries.ts'

test('a field called __proto__ is a field like any other', () => {
  const fields = toFields(['__proto__', '{"evil":1}', 'type', 'a'])
  expect(Object.keys(fields)).toEqual(['__proto__', 'type'])
  expect('evil' in fields).toBe(false)
  expect(toFlat(fields)).toEqual(['__proto__', '{"evil":1}', 'type', 'a'])
})

test('a field is found by its name, never by its value', () => {
  expect(field(['a', 'b', 'b', 'c'], 'b')).toBe('c')
  expect(field(['a', 'b'], 'c')).toBeUndefined()
})

test('entry ids are in the order of their numbers', () => {
  expect(isBefore('9-0', '10-0')).toBe(true)
  expect(isBefore('10-9', '10-10')).toBe(true)
  expect(isBefore('10-10', '10-10')).toBe(false)
  expect(isBefore('18446744073709551615-0', '18446744073709551615-1')).toBe(true)
})
