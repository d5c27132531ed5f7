import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formats } from '../texts/format.ts'
import { isQuantity, readQuantity, stepped } from './quantity.ts'

test.each([
  [0, 0.5, 1, 0.5],
  [0.5, 0.5, 1, 1],
  [0.7, 0.5, 1, 1],
  [0.7, 0.5, -1, 0.5],
  [0.5, 0.5, -1, 0.5],
  [3, 1, -1, 2],
  [Number.NaN, 1, 1, 1],
] as const)('%d in steps of %d, %d: %d', (value, step, direction, next) => {
  expect(stepped(value, step, direction)).toBe(next)
})

test('a step always leads to what can be ordered', () => {
  const step = fc.constantFrom(0.1, 0.25, 0.5, 1)
  const value = fc.double({ min: 0, max: 10_000, noNaN: true })
  fc.assert(
    fc.property(value, step, fc.constantFrom(1 as const, -1 as const), (from, by, direction) =>
      isQuantity(stepped(from, by, direction)),
    ),
  )
})

describe('what is typed', () => {
  test.each([
    ['2.5', 2.5],
    ['2,5', 2.5],
    [' 3 ', 3],
    ['2.', 2],
  ])('%o is %d', (text, value) => expect(readQuantity(text, '.')).toBe(value))

  test('with three digits behind a mark is what the language means by it, or nothing', () => {
    expect([readQuantity('1.125', '.'), readQuantity('1,000', '.')]).toEqual([1.125, Number.NaN])
    expect([readQuantity('1,125', ','), readQuantity('1.000', ',')]).toEqual([1.125, Number.NaN])
  })

  test.each(['', '-1', '1e9', '2.1234', 'two', '0', '1000001'])('%o cannot be ordered', (text) => {
    expect(isQuantity(readQuantity(text, '.'))).toBe(false)
  })

  test.each(Object.entries(formats))('is read as what the field showed before (%s)', (_, format) => {
    const quantity = fc.integer({ min: 1, max: 1_000_000_000 }).map((thousandths) => thousandths / 1_000)
    fc.assert(fc.property(quantity, (value) => readQuantity(format.typed(value), format.point) === value))
    expect(readQuantity(format.typed(1_500), format.point)).toBe(1_500)
  })
})
