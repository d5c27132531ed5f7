import { expect, test } from 'vitest'
import { sampleDelivery } from './delivery.ts'
import type { GatewayMetrics } from './metrics.ts'

const watched = () => {
  const seen: number[] = []
  const deliverySeconds = { observe: (seconds: number) => void seen.push(seconds) } as GatewayMetrics['deliverySeconds']
  return { seen, sample: sampleDelivery({ deliverySeconds }) }
}
const frame = (agoMs: number, body = 'Friday?') =>
  JSON.stringify({ message: { body, created_at: new Date(Date.now() - agoMs).toISOString() } })

test('one message in 16 is timed, from its being taken', () => {
  const { seen, sample } = watched()
  for (let i = 0; i < 33; i++) sample(frame(2_000))
  expect(seen).toHaveLength(3)
  for (const seconds of seen) expect(seconds).toBeCloseTo(2, 0)
})

test('what a person wrote is not taken for the time; a clock ahead of ours makes no negative one', () => {
  const { seen, sample } = watched()
  sample(frame(-5_000, '"created_at":"1999-01-01T00:00:00.000Z"'))
  expect(seen).toEqual([0])
})

test('a frame without a time is passed over', () => {
  const { seen, sample } = watched()
  sample('{}')
  expect(seen).toEqual([])
})
