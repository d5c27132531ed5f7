import { expect, test } from 'vitest'
import type { User } from './auth.ts'
import { knowTokens } from './known-tokens.ts'

const EXP = 1_000
const ada: User = { id: 'c-1', name: 'Ada', isService: false, exp: EXP }

test('a token is known until its exp, and not a moment longer', () => {
  let now = (EXP - 60) * 1_000
  const tokens = knowTokens({ now: () => now })
  tokens.learn('a.b.c', ada)
  expect(tokens.userOf('a.b.c')).toEqual(ada)
  now = EXP * 1_000 - 1
  expect(tokens.userOf('a.b.c')).toEqual(ada)
  now = EXP * 1_000
  expect(tokens.userOf('a.b.c')).toBeUndefined()
})

test('only the whole token is known: another signature is another token', () => {
  const tokens = knowTokens({ now: () => 0 })
  tokens.learn('a.b.c', ada)
  for (const other of ['a.b.d', 'a.b.', 'a.b', 'a.b.cc', '']) expect(tokens.userOf(other)).toBeUndefined()
})

test('however many come, few are kept', () => {
  const tokens = knowTokens({ most: 10, now: () => 0 })
  for (let n = 0; n < 1_000; n++) tokens.learn(`token ${n}`, ada)
  const kept = Array.from({ length: 1_000 }, (_, n) => tokens.userOf(`token ${n}`)).filter(Boolean)
  expect(kept).toHaveLength(10)
})
