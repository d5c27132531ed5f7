import { expect, test } from 'vitest'
import { randomOf } from './random.ts'
import { arrivals, follow } from './schedule.ts'

const moments = (seed: number) => [...arrivals(500, 20_000, randomOf(seed))]

test('as many are due as the rate says, at random and in order', () => {
  const due = moments(1)
  expect(due.length).toBeGreaterThan(9_500)
  expect(due.length).toBeLessThan(10_500)
  expect(due).toEqual(due.toSorted((a, b) => a - b))
  // Of a Poisson process the gaps are as far from their mean as the mean is long.
  const gaps = due.slice(1).map((at, i) => at - (due[i] ?? 0))
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length)
  expect(deviation / mean).toBeGreaterThan(0.9)
  expect(deviation / mean).toBeLessThan(1.1)
})

test('a seed repeats them, another one does not', () => {
  expect(moments(7)).toEqual(moments(7))
  expect(moments(7)).not.toEqual(moments(8))
})

test('what was due while nobody looked is fired late, with the moment at which it was due', async () => {
  const fired: { dueAt: number; at: number }[] = []
  await follow([0, 1, 2], (dueAt) => {
    if (fired.length === 0) for (const until = performance.now() + 20; performance.now() < until; );
    fired.push({ dueAt, at: performance.now() })
  })
  expect(fired.map(({ dueAt }) => Math.round(dueAt - (fired[0]?.dueAt ?? 0)))).toEqual([0, 1, 2])
  expect(fired[2]?.at).toBeGreaterThanOrEqual((fired[2]?.dueAt ?? 0) + 15)
})
