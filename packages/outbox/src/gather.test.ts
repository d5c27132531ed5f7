import { expect, test } from 'vitest'
import { gather } from './gather.ts'

function gathering(options: { most?: number; max?: number; restMs?: () => number } = {}) {
  const batches: number[][] = []
  const gates: (() => void)[] = []
  const gatherer = gather<number>({
    most: 100,
    max: 1_000,
    ...options,
    work: async (items) => {
      batches.push(items)
      await new Promise<void>((resolve) => gates.push(resolve))
    },
  })
  const next = async () => {
    gates.shift()?.()
    await Promise.resolve()
    await Promise.resolve()
    await Promise.resolve()
  }
  return { ...gatherer, batches, next }
}

test('one alone goes at once, and what comes meanwhile goes together', async () => {
  const { add, batches, next } = gathering()
  add([1])
  expect(batches).toEqual([[1]])
  add([2])
  add([3, 4])
  expect(batches).toHaveLength(1)
  await next()
  expect(batches).toEqual([[1], [2, 3, 4]])
})

test('a batch is bounded', async () => {
  const { add, batches, next } = gathering({ most: 2 })
  add([1, 2, 3])
  await next()
  expect(batches).toEqual([[1, 2], [3]])
})

test('what may wait is bounded', () => {
  const { add, batches } = gathering({ most: 1, max: 3 })
  expect(add([1, 2, 3])).toBe(true)
  expect(add([4])).toBe(true)
  expect(add([5])).toBe(false)
  expect(batches).toEqual([[1]])
})

test('idle when all is done, and then it starts again', async () => {
  const { add, batches, next, idle } = gathering()
  await idle()
  add([1])
  const done = idle()
  await next()
  await done
  add([2])
  expect(batches).toEqual([[1], [2]])
})

test('between two batches it rests, and an end does not wait for that', async () => {
  const { add, batches, next, idle } = gathering({ restMs: () => 60_000 })
  add([1])
  await next()
  add([2])
  await next()
  expect(batches).toEqual([[1]])
  const done = idle()
  await next()
  await next()
  expect(batches).toEqual([[1], [2]])
  await next()
  await done
})

test('how long it rests is asked after each batch', async () => {
  const asked: number[] = []
  const { add, batches, next, idle } = gathering({
    restMs: () => {
      asked.push(batches.length)
      return 0
    },
  })
  add([1])
  add([2])
  await next()
  expect(asked).toEqual([1])
  await next()
  await idle()
  expect(asked).toEqual([1, 2])
})
