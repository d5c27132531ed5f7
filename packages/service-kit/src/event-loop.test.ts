import { expect, onTestFinished, test, vi } from 'vitest'
import { typicalLateness, watchEventLoop } from './event-loop.ts'
import { createMetrics } from './metrics.ts'
import { Refusal } from './refusal.ts'

/** Looks after so many milliseconds each. */
const latenessAfter = (...gaps: number[]) => {
  const lateness = typicalLateness(0)
  let now = 0
  for (const gap of gaps) {
    now += gap
    lateness.look(now)
  }
  return lateness.ms
}
const times = (count: number, gap: number): number[] => Array(count).fill(gap)

test('is how late most looks of the last two seconds came', () => {
  expect(latenessAfter(...times(9, 200))).toBe(0)
  expect(latenessAfter(...times(9, 900))).toBe(700)
  expect(latenessAfter(...times(9, 900), ...times(5, 200))).toBe(0)
})

test('one long turn is no overload, nor is a beginning', () => {
  expect(latenessAfter(...times(8, 200), 20_000)).toBe(0)
  expect(latenessAfter(20_000)).toBe(0)
})

test('while it is late everything new is refused, and counted; then all is as before', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  onTestFinished(() => void vi.useRealTimers().restoreAllMocks())
  const metrics = createMetrics('test')
  const eventLoop = watchEventLoop(metrics)
  onTestFinished(() => eventLoop.close())
  const turns = (lateMs: number) => {
    for (let i = 0; i < 10; i++) {
      now += 200 + lateMs
      vi.advanceTimersByTime(200)
    }
  }
  turns(0)
  eventLoop.refuseWhenLate()
  turns(600)
  expect(() => eventLoop.refuseWhenLate()).toThrow(Refusal)
  expect(await metrics.registry.metrics()).toMatch(/farmgate_event_loop_refused_total\{[^}]*\} 1/)
  turns(0)
  eventLoop.refuseWhenLate()
})
