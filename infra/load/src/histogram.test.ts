import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHistogram } from './histogram.ts'

test('a percentile is that of the sorted durations, to 2 %', () => {
  const durations = fc.array(fc.double({ min: 0.02, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 500 })
  const share = fc.constantFrom(0.5, 0.9, 0.99, 0.999)
  fc.assert(
    fc.property(durations, share, (all, wanted) => {
      const histogram = createHistogram()
      for (const ms of all) histogram.record(ms)
      const exact = all.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(all.length * wanted)) - 1] ?? Number.NaN
      expect(Math.abs(histogram.percentile(wanted) / exact - 1)).toBeLessThan(0.02)
    }),
  )
})

test('of nothing there is no percentile', () => {
  expect(createHistogram().summary()).toMatchObject({ count: 0, p50: Number.NaN, max: 0 })
})
