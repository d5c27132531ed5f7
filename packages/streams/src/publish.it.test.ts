import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Entry, PublishError, publish } from './publish.ts'
import { openRig, type Rig } from './rig.fixture.ts'
import { shardOf, streamKey, streamKeys } from './shards.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
})
beforeEach(() => rig.onNodes((node) => node.flushall()))
afterAll(() => rig.close())

const entry = (subject: string, n: number): Entry => ({ stream: 'facts', subject, fields: { subject, n: String(n) } })

test('entries stand on the shard of their subject, in order', async () => {
  const subjects = ['a', 'b', 'c']
  await publish(
    rig.redis,
    Array.from({ length: 300 }, (_, n) => entry(subjects[n % 3] ?? '', n)),
  )
  for (const subject of subjects) {
    const entries = await rig.redis.xrange(streamKey('facts', shardOf(subject)), '-', '+')
    const numbers = entries.filter(([, fields]) => fields[1] === subject).map(([, fields]) => Number(fields[3]))
    expect(numbers).toHaveLength(100)
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
  }
})

test('nothing to publish asks nothing of Redis', async () => {
  await publish(rig.redis, [])
})

test('a failure says how many were not confirmed, and why; the others are there', async () => {
  await rig.redis.set(streamKey('facts', shardOf('a')), 'not a stream')
  const failure = publish(rig.redis, [entry('a', 1), entry('b', 2), entry('a', 3)])
  await expect(failure).rejects.toBeInstanceOf(PublishError)
  await expect(failure).rejects.toMatchObject({ failed: 2, of: 3, cause: { message: /^WRONGTYPE/ } })
  expect(await rig.redis.xlen(streamKey('facts', shardOf('b')))).toBe(1)
})

test('a stream of passing signals is bounded', async () => {
  const entries = Array.from({ length: 1_000 }, (_, n) => entry('a', n))
  await publish(rig.redis, entries, { maxLen: 100 })
  const lengths = await Promise.all(streamKeys('facts').map((key) => rig.redis.xlen(key)))
  expect(Math.max(...lengths)).toBeLessThan(300)
})
