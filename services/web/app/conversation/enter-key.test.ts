import { afterEach, expect, test, vi } from 'vitest'
import { sendsByEnter } from './enter-key.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

test.each<
  [string, { touched?: boolean; key?: string; shiftKey?: boolean; nativeEvent?: { isComposing: boolean } }, boolean]
>([
  ['Enter sends', {}, true],
  ['with Shift it begins a new line', { shiftKey: true }, false],
  ['it chooses a character while one is being composed', { nativeEvent: { isComposing: true } }, false],
  ['on glass it begins a new line', { touched: true }, false],
  ['no other key sends', { key: 'a' }, false],
])('%s', (_, { touched = false, ...given }: { touched?: boolean }, sends) => {
  vi.stubGlobal('matchMedia', () => ({ matches: touched }))
  const enter = { key: 'Enter', shiftKey: false, nativeEvent: { isComposing: false } }
  expect(sendsByEnter({ ...enter, ...given })).toBe(sends)
})
