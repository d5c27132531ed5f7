import { FarmgateError } from '@farmgate/client/errors.ts'
import { expect, test } from 'vitest'
import { codeOf, faultText, isWorthRetrying } from './fault-text.ts'

const texts = { edit_window_over: 'too late', other: 'that did not work' }

test('a refusal is said in the words for its code', () => {
  const refusal = new FarmgateError({ status: 409, code: 'edit_window_over', detail: 'not ours to show' })
  expect(faultText(codeOf(refusal), texts)).toBe('too late')
})

test('what has no words of its own is said in general', () => {
  expect(faultText(codeOf(new FarmgateError({ status: 0, code: 'unreachable', detail: '' })), texts)).toBe(texts.other)
  expect(faultText(codeOf(new Error('bug')), texts)).toBe(texts.other)
  expect(faultText('toString', texts)).toBe(texts.other)
})

test('a photo that is refused for what it is is not worth another try; a quota, or what nobody knows, is', () => {
  expect(isWorthRetrying('unsupported_image')).toBe(false)
  expect(isWorthRetrying('bad_image')).toBe(false)
  expect(isWorthRetrying('image_quota')).toBe(true)
  expect(isWorthRetrying(undefined)).toBe(true)
})
