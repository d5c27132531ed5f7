import { expect, test } from 'vitest'
import { afterWaves } from './waves.ts'

/** A clock that is moved by hand; what happened `perTick` is told before each tick. */
function byHand(open = 0) {
  const hearers: (() => void)[] = []
  let acts = 0
  const clock = { ticks: 0, onTick: (hear: () => void) => void hearers.push(hear), close: async () => undefined }
  const handshake = afterWaves(
    clock,
    () => open,
    () => {
      acts++
    },
  )
  return (...perTick: number[]) => {
    const before = acts
    for (const count of perTick) {
      for (let i = 0; i < count; i++) handshake()
      for (const tick of hearers) tick()
    }
    return acts - before
  }
}

test('acts once, in the first calm second after a wave', () => {
  const after = byHand()
  expect(after(300, 900, 400)).toBe(0)
  expect(after(10)).toBe(1)
  expect(after(0, 0, 10)).toBe(0)
})

test('few by few they are a wave in the end', () => {
  const after = byHand()
  expect(after(...Array.from({ length: 12 }, () => 40))).toBe(0)
  expect(after(40)).toBe(1)
})

test('where many are open it takes more', () => {
  const after = byHand(4_000)
  expect(after(900, 0)).toBe(0)
  expect(after(100, 0)).toBe(1)
})
