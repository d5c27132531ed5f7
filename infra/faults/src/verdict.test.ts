import { expect, test } from 'vitest'
import type { Load } from './load.ts'
import { hasBroken, noVerdict, type Seen, verdictOf } from './verdict.ts'

const it = { id: 'F1', name: 'a fault', run: async () => undefined }
const nobody: Load = {
  conversations: [],
  strangers: [],
  quiet: async () => undefined,
  close: async () => undefined,
}
const good: Seen = { breaches: new Map([['I1', []]]), healingMs: 1_500, mostMs: 10_000, complaint: undefined }
const brokenIn = (seen: Partial<Seen>) =>
  [...verdictOf(it, 1, nobody, { ...good, ...seen }).breaches].flatMap(([id, some]) => (some.length > 0 ? [id] : []))

test('a case is good where everything holds in time', () => {
  const verdict = verdictOf(it, 1, nobody, good)
  expect([hasBroken(verdict), verdict.healedMs]).toEqual([false, 1_500])
})

test('who is late has lost nothing, and fails all the same', () => {
  expect(brokenIn({ healingMs: 10_001 })).toEqual(['late'])
  expect(verdictOf(it, 1, nobody, { ...good, healingMs: 10_001 })).toMatchObject({ lost: 0, healedMs: 10_001 })
})

test('what never holds is counted, and is not late', () => {
  const seen = { breaches: new Map([['I1', ['c-1 is lost', 'c-2 is lost']]]), healingMs: 60_000 }
  expect(brokenIn(seen)).toEqual(['I1'])
  expect(verdictOf(it, 1, nobody, { ...good, ...seen })).toMatchObject({ lost: 2, healedMs: undefined })
})

test('what the case finds wrong fails it, and so does a world that did not come up', () => {
  expect(brokenIn({ complaint: 'not so: 503' })).toEqual(['itself'])
  expect(hasBroken(noVerdict(it, 1, new Error('no port')))).toBe(true)
})
