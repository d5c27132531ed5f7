import { expect, test } from 'vitest'
import { seededRandom } from './random.ts'

test('the same seed chooses the same, another seed something else', () => {
  const choices = (seed: number) => {
    const random = seededRandom(seed)
    return Array.from({ length: 50 }, () => random.below(1_000))
  }
  expect(choices(7)).toEqual(choices(7))
  expect(choices(7)).not.toEqual(choices(8))
})

test('a shuffle keeps everything, once', () => {
  const items = Array.from({ length: 100 }, (_, i) => i)
  const shuffled = seededRandom(1).shuffle(items)
  expect(shuffled).not.toEqual(items)
  expect(shuffled.toSorted((a, b) => a - b)).toEqual(items)
})
