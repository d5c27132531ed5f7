import { expect, test } from 'vitest'
import { cardTime, dayOf } from './card-time.ts'

const now = new Date(2026, 10, 23, 0, 30)

test.each([
  [new Date(2026, 10, 23, 0, 29), 'time'],
  [new Date(2026, 10, 23, 0, 31), 'time'],
  [new Date(2026, 10, 22, 23, 59), 'weekday'],
  [new Date(2026, 10, 17, 12, 0), 'weekday'],
  [new Date(2026, 10, 16, 12, 0), 'day'],
  [new Date(2026, 0, 1), 'day'],
  [new Date(2025, 11, 31), 'date'],
] as const)('%s is said as %s', (at, expected) => {
  expect(cardTime(at, now)).toBe(expected)
})

test('a day is that of the reader', () => {
  expect(dayOf(new Date(2026, 10, 23, 0, 0))).toBe(dayOf(new Date(2026, 10, 23, 23, 59)))
  expect(dayOf(new Date(2026, 10, 24, 0, 0))).not.toBe(dayOf(new Date(2026, 10, 23, 23, 59)))
})
