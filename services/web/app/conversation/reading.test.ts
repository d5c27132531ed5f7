import { describe, expect, test } from 'vitest'
import { ADA, BO, stored, unsent } from './entries.fixture.ts'
import { seqUpTo, unseenBelow } from './reading.ts'

describe('what has been seen', () => {
  const entries = [stored(4), stored(5, { sender_id: BO }), unsent('a')]

  test.each([
    [0, 4],
    [1, 5],
    [2, 5],
    [9, 5],
    [-1, 0],
  ])('with row %i in view it is %i', (index, seq) => {
    expect(seqUpTo(entries, index)).toBe(seq)
  })

  test('of an empty history it is nothing', () => {
    expect(seqUpTo([], 0)).toBe(0)
  })
})

test('what is still below counts the other’s messages only', () => {
  const entries = [stored(1, { sender_id: BO }), stored(2, { sender_id: BO }), stored(3), stored(4, { sender_id: BO })]
  expect(unseenBelow([...entries, unsent('a')], 1, ADA)).toBe(2)
  expect(unseenBelow(entries, 4, ADA)).toBe(0)
  expect(unseenBelow([], 0, ADA)).toBe(0)
})
