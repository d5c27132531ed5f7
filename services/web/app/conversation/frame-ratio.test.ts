import { expect, test } from 'vitest'
import { frameRatio } from './frame-ratio.ts'

test.each([
  [{ width: 800, height: 600 }, 4 / 3],
  [{ width: 600, height: 800 }, 3 / 4],
  [{ width: 500, height: 500 }, 1],
  [{ width: 1, height: 10_000 }, 3 / 4],
  [{ width: 10_000, height: 1 }, 16 / 9],
  [{ width: 0, height: 0 }, 4 / 3],
  [undefined, 4 / 3],
])('%o has the frame %d', (size, ratio) => {
  expect(frameRatio(size)).toBe(ratio)
})
