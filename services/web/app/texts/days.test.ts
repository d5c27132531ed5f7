import { expect, test } from 'vitest'
import { dayOf, daysFrom } from './days.ts'

const now = new Date(2026, 10, 23, 0, 30)

test.each([
  [new Date(2026, 10, 23, 23, 59), 0],
  [new Date(2026, 10, 22, 23, 59), -1],
  [new Date(2026, 10, 17, 12, 0), -6],
  [new Date(2025, 10, 23), -365],
  [new Date(2026, 10, 24), 1],
])('%s is %i days from today', (at, days) => {
  expect(daysFrom(now, at)).toBe(days)
})

test('every day of a year is one after the day before, also where the clocks change', () => {
  for (let day = 1; day <= 365; day++)
    expect(daysFrom(new Date(2026, 0, day - 1, 23), new Date(2026, 0, day, 1))).toBe(1)
})

test('a day is that of the reader', () => {
  expect(dayOf(new Date(2026, 10, 23, 0, 0))).toBe(dayOf(new Date(2026, 10, 23, 23, 59)))
  expect(dayOf(new Date(2026, 10, 24, 0, 0))).not.toBe(dayOf(new Date(2026, 10, 23, 23, 59)))
})
