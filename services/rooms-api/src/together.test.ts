import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import { describe, expect, test } from 'vitest'
import { together } from './together.ts'

/** Batches that end when the test says so. */
function held({ atOnce = 1, most = 10, maxWaiting = 10, deadlineMs = 5_000 } = {}) {
  const batches: { items: number[]; end(answers?: number[]): void; fail(error: Error): void }[] = []
  const ask = together<number, number>({
    work: (items) =>
      new Promise((resolve, reject) => {
        batches.push({ items, end: (answers = items.map((item) => item * 10)) => resolve(answers), fail: reject })
      }),
    failsAlone: (error) => error instanceof RangeError,
    what: 'the test',
    ...{ atOnce, most, maxWaiting, deadlineMs },
  })
  const begun = async (count: number) => {
    while (batches.length < count) await new Promise((resolve) => setImmediate(resolve))
    return batches
  }
  return { ask, batches, begun }
}

describe('batches', () => {
  test('what comes in one turn leaves together, what comes meanwhile leaves with the next; each has its own answer', async () => {
    const { ask, batches, begun } = held()
    const first = [ask(1), ask(2)]
    await begun(1)
    const next = [ask(3), ask(4), ask(5)]
    batches[0]?.end()
    expect(await Promise.all(first)).toEqual([10, 20])
    await begun(2)
    batches[1]?.end()
    expect(await Promise.all(next)).toEqual([30, 40, 50])
    expect(batches.map(({ items }) => items)).toEqual([
      [1, 2],
      [3, 4, 5],
    ])
  })

  test('so many at once, and so many items in each', async () => {
    const { ask, batches, begun } = held({ atOnce: 2, most: 2 })
    const one = ask(1)
    await begun(1)
    const more = [2, 3, 4].map(ask)
    await begun(2)
    expect(batches.map(({ items }) => items)).toEqual([[1], [2, 3]])
    batches[0]?.end()
    await begun(3)
    for (const batch of batches) batch.end()
    expect(await Promise.all([one, ...more])).toEqual([10, 20, 30, 40])
  })
})

describe('failures', () => {
  test('of all: each caller hears of it', async () => {
    const { ask, batches, begun } = held()
    const asked = [ask(1), ask(2)].map((one) => one.catch((error: Error) => error.message))
    await begun(1)
    batches[0]?.fail(new Error('away'))
    expect(await Promise.all(asked)).toEqual(['away', 'away'])
  })

  test('of one: the others are done without it', async () => {
    const { ask, batches, begun } = held()
    const asked = [ask(1), ask(2)].map((one) => one.catch((error: Error) => error.message))
    await begun(1)
    batches[0]?.fail(new RangeError('one of you'))
    await begun(3)
    batches[1]?.fail(new RangeError('me'))
    batches[2]?.end()
    expect(await Promise.all(asked)).toEqual(['me', 20])
  })

  test('too many wait: refused at once', async () => {
    const { ask, batches, begun } = held({ maxWaiting: 1 })
    const one = ask(1)
    await begun(1)
    const two = ask(2)
    expect(() => ask(3)).toThrow(expect.objectContaining({ code: 'overloaded' }))
    batches[0]?.end()
    await begun(2)
    batches[1]?.end()
    expect(await Promise.all([one, two])).toEqual([10, 20])
  })

  test('no answer in time: the caller is told, and what had not begun is never done', async () => {
    const { ask, batches, begun } = held({ deadlineMs: 50 })
    const asked = [ask(1)]
    await begun(1)
    asked.push(ask(2))
    const reasons = await Promise.allSettled(asked)
    expect(reasons.every((it) => it.status === 'rejected' && isDependencyAway(it.reason))).toBe(true)
    batches[0]?.end()
    const later = ask(3)
    await begun(2)
    expect(batches[1]?.items).toEqual([3])
    batches[1]?.end()
    expect(await later).toBe(30)
  })
})
