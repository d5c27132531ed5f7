import { fork } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { until } from '@farmgate/testing/until.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ConsumerOptions, startConsumer } from './consume.ts'
import { countDeadLetters, listDeadLetters, replayDeadLetter } from './dead-letters.ts'
import type { Fields } from './entries.ts'
import { publish } from './publish.ts'
import { openRig, type Rig, untilUp } from './rig.fixture.ts'
import { shardOf, streamKey, streamKeys } from './shards.ts'
import { onCluster } from './shared-cluster.fixture.ts'

let rig: Rig
beforeEach(async () => {
  rig = await openRig()
})
afterEach(() => rig.close())

const KEYS = streamKeys('facts')
const [KEY = ''] = KEYS

const say = (...numbers: number[]) =>
  publish(
    rig.redis,
    numbers.map((n) => ({ stream: 'facts', subject: `s${n % 20}`, fields: { n: String(n) } })),
  )

function decode({ n, type }: Fields): number | 'unknown' {
  if (type === 'newer') return 'unknown'
  if (!n || !/^\d+$/.test(n)) throw new Error('n is not a number')
  return Number(n)
}

class Away extends Error {}

function consumer(options: Partial<ConsumerOptions<number>> = {}) {
  const done: number[] = []
  const batches: number[][] = []
  const losses: number[] = []
  const started = startConsumer<number>({
    redis: rig.redis,
    log: rig.log,
    pulse: rig.pulse,
    stream: 'facts',
    group: 'workers',
    decode,
    handle: async (events) => {
      batches.push(events)
      done.push(...events)
    },
    isTransient: (error) => error instanceof Away,
    onLoss: () => losses.push(1),
    blockMs: 200,
    claimIdleMs: 200,
    ...options,
  })
  return { ...rig.own(started), done, batches, losses }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
const sorted = (numbers: number[]) => numbers.toSorted((a, b) => a - b)
const pending = async () => {
  const counts = await Promise.all(KEYS.map((key) => rig.redis.xpending(key, 'workers')))
  return counts.reduce<number>((sum, [count]) => sum + Number(count), 0)
}

test('a group begins at the beginning, gets batches, and acknowledges them', async () => {
  await say(...range(0, 300))
  const { done, batches, counters } = consumer()
  await until(() => done.length === 300)
  expect(sorted(done)).toEqual(range(0, 300))
  expect(batches.length).toBeLessThan(10)
  await until(async () => (await pending()) === 0)
  expect(counters).toMatchObject({ consumed: 300, failed: 0, dead: 0 })
})

test('of one subject the order is kept', async () => {
  const { done } = consumer({ count: 3 })
  await say(...range(0, 200))
  await until(() => done.length === 200)
  const ofOne = done.filter((n) => n % 20 === 7)
  expect(ofOne).toEqual(sorted(ofOne))
})

test('one that rests begins at once after a silence, and does together what came meanwhile', async () => {
  const { done, batches } = consumer({ restMs: 500 })
  await say(1)
  await until(() => done.length === 1)
  await say(21)
  await say(41)
  await until(() => done.length === 3)
  expect(batches).toEqual([[1], [21, 41]])
})

test('one that rests takes a quarter of the time at most: work that takes long rests for longer', async () => {
  const begunAt: number[] = []
  const workMs = 60
  consumer({
    restMs: 1,
    handle: async () => {
      begunAt.push(performance.now())
      await wait(workMs)
    },
  })
  await say(1)
  await until(() => begunAt.length === 1)
  await say(21)
  await until(() => begunAt.length === 2)
  // A timer may be early by a part of a millisecond.
  expect((begunAt[1] ?? 0) - (begunAt[0] ?? 0)).toBeGreaterThan(4 * (workMs - 2))
})

test('what does not parse is one dead letter at once, and the next is done within 1 s', async () => {
  const { done, counters } = consumer()
  await until(() => counters.lag === 0 && rig.said.includes('consumer.loss'))
  const start = performance.now()
  await rig.redis.xadd(KEY, '*', 'n', '{bad json')
  await rig.redis.xadd(KEY, '*', 'other', 'x')
  await rig.redis.xadd(KEY, '*', '__proto__', '{"n":"1"}')
  await rig.redis.xadd(KEY, '*', 'n', 'x'.repeat(1_048_576))
  await rig.redis.xadd(KEY, '*', 'n', '5')
  await until(() => done.includes(5))
  // Eight readers share this machine with three nodes.
  expect(performance.now() - start).toBeLessThan(onCluster ? 3_000 : 1_000)
  expect(await countDeadLetters(rig.redis, 'facts')).toBe(4)
  await until(() => counters.deadLetters === 4)
  const [first] = await listDeadLetters(rig.redis, 'facts')
  expect(first).toMatchObject({ key: KEY, group: 'workers', deliveries: 1, fields: { n: '{bad json' } })
  expect(first?.reason).toContain('n is not a number')
  expect(await pending()).toBe(0)
})

test('an unknown type is skipped with a warning', async () => {
  const { counters } = consumer()
  await rig.redis.xadd(KEY, '*', 'type', 'newer')
  await until(() => counters.skipped === 1)
  await until(async () => (await pending()) === 0)
  expect(rig.said).toContain('consumer.unknown_type')
  expect(await countDeadLetters(rig.redis, 'facts')).toBe(0)
})

test('an entry that always fails is one dead letter after five deliveries, and holds nothing up', async () => {
  let tries = 0
  let triesWhenDone: number | undefined
  const done: number[] = []
  const { counters } = consumer({
    handle: async (events) => {
      if (events.length === 1 && events[0] === 7) tries++
      if (events.includes(7)) throw new Error('cannot do 7')
      done.push(...events)
      if (done.length === 99) triesWhenDone = tries
    },
  })
  await say(...range(0, 100))
  await until(() => done.length === 99)
  // The others were done between its tries, not after the last.
  expect(triesWhenDone).toBeLessThan(5)
  await until(() => counters.dead === 1)
  const letters = await listDeadLetters(rig.redis, 'facts')
  expect(letters).toHaveLength(1)
  expect(letters[0]).toMatchObject({ deliveries: 5, fields: { n: '7' }, reason: 'Error: cannot do 7' })
  expect(counters.failed).toBe(5)
  expect(tries).toBe(5)
  expect(await pending()).toBe(0)
})

test('what is refused for good is one dead letter at once', async () => {
  const { counters } = consumer({
    isFinal: (error) => error instanceof RangeError,
    handle: async (events) => {
      if (events.includes(7)) throw new RangeError('there is no 7')
    },
  })
  await say(...range(0, 20))
  await until(() => counters.dead === 1)
  expect(await listDeadLetters(rig.redis, 'facts')).toMatchObject([{ deliveries: 1, fields: { n: '7' } }])
  await until(async () => (await pending()) === 0)
})

test('a dead letter can be replayed, once', async () => {
  let isMended = false
  const { done } = consumer({
    maxDeliveries: 1,
    handle: async (events) => {
      if (!isMended) throw new Error('not yet')
      done.push(...events)
    },
  })
  await say(1)
  await until(async () => (await countDeadLetters(rig.redis, 'facts')) === 1)
  isMended = true
  const [letter] = await listDeadLetters(rig.redis, 'facts')
  if (!letter) throw new Error('no letter')
  expect(await replayDeadLetter(rig.redis, letter)).toBe(true)
  expect(await replayDeadLetter(rig.redis, letter)).toBe(false)
  await until(() => done.length === 1)
  expect(await countDeadLetters(rig.redis, 'facts')).toBe(0)
})

test('while the database is away the work waits, however long, and no delivery is counted', async () => {
  let isAway = true
  let tries = 0
  const done: number[] = []
  const handle = async (events: number[]) => {
    tries++
    if (isAway) throw new Away()
    done.push(...events)
  }
  const first = consumer({ handle, claimIdleMs: 100, maxDeliveries: 2 })
  const second = consumer({ handle, claimIdleMs: 100, maxDeliveries: 2 })
  await say(...range(0, 40))
  // Both consumers have tried more often than an entry that fails for good may be.
  await until(() => tries > 60)
  isAway = false
  await until(() => new Set(done).size === 40)
  await until(async () => (await pending()) === 0)
  expect(first.counters.dead + second.counters.dead).toBe(0)
  expect(first.counters.failed + second.counters.failed).toBe(0)
})

test('a shard that waits for something that is away does not hold up the others', async () => {
  const stuck = shardOf('s7')
  const isStuck = (n: number) => shardOf(`s${n % 20}`) === stuck
  let isLocked = true
  const done: number[] = []
  consumer({
    handle: async (events) => {
      if (isLocked && events.includes(7)) throw new Away()
      done.push(...events)
    },
  })
  await say(...range(0, 100))
  const others = range(0, 100).filter((n) => !isStuck(n))
  await until(() => others.every((n) => done.includes(n)))
  await say(...range(100, 200))
  await until(() =>
    range(100, 200)
      .filter((n) => !isStuck(n))
      .every((n) => done.includes(n)),
  )
  expect(done).not.toContain(7)
  isLocked = false
  await until(() => new Set(done).size === 200)
})

test('what a killed consumer held is done by another', async () => {
  const child = fork(new URL('./stuck-consumer.fixture.ts', import.meta.url), [rig.server.url])
  await say(...range(0, 100))
  await until(async () => (await pending()) === 100, { within: 15_000 })
  const { done } = consumer()
  child.kill('SIGKILL')
  await until(() => done.length === 100)
  expect(sorted(done)).toEqual(range(0, 100))
  await until(async () => (await pending()) === 0)
})

test('a consumer that takes its name up again does at once what it held', async () => {
  for (const key of KEYS) await rig.redis.xgroup('CREATE', key, 'workers', '0', 'MKSTREAM')
  await say(...range(0, 20))
  for (const key of KEYS) await rig.redis.xreadgroup('GROUP', 'workers', 'me', 'STREAMS', key, '>')
  expect(await pending()).toBe(20)
  const { done } = consumer({ consumer: 'me', claimIdleMs: 60_000, count: 2 })
  await until(() => done.length === 20)
  expect(sorted(done)).toEqual(range(0, 20))
  await until(async () => (await pending()) === 0)
})

test('a reply or an acknowledgement that got lost brings the work again, soon', async () => {
  const { done } = consumer({ claimIdleMs: 60_000 })
  for (const n of range(0, 200)) {
    if (n % 40 === 0) {
      await rig.redis.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    }
    await say(n)
  }
  await until(() => new Set(done).size === 200, { within: 15_000 })
  await until(async () => (await pending()) === 0)
})

test('goes on after kill -9 of Redis, with its file and without, and tells the loss', async () => {
  const { done, losses } = consumer()
  await say(1)
  await until(() => done.includes(1))
  rig.server.kill('SIGKILL')
  await until(() => rig.pulse.state === 'away')
  await rig.server.restart()
  await untilUp(rig.pulse)
  await say(2)
  await until(() => done.includes(2))
  const before = losses.length
  await rig.server.restartEmpty()
  await untilUp(rig.pulse)
  await say(3)
  await until(() => done.includes(3))
  expect(before).toBeGreaterThan(1)
  expect(losses.length).toBeGreaterThan(before)
})

test('goes on after a Redis that did not answer for 4 s', async () => {
  const { done } = consumer()
  await say(1)
  await until(() => done.includes(1))
  rig.server.pause()
  await until(() => rig.said.includes('consumer.interrupted'), { within: 4_000 })
  rig.server.resume()
  await untilUp(rig.pulse)
  await say(2)
  await until(() => done.includes(2))
  await until(async () => (await pending()) === 0)
})

test('FLUSHALL and XGROUP DESTROY are noticed, told, and mended', async () => {
  const { done, losses } = consumer()
  await say(1)
  await until(() => done.includes(1))
  const before = losses.length
  await rig.onNodes((node) => node.flushall())
  await say(2)
  await until(() => done.includes(2))
  expect(losses.length).toBeGreaterThan(before)
  const again = losses.length
  for (const key of KEYS) await rig.redis.xgroup('DESTROY', key, 'workers')
  await say(3)
  await until(() => done.includes(3))
  expect(losses.length).toBeGreaterThan(again)
})

test('entries trimmed before they were read are noticed, also from the middle, and told once', async () => {
  const first = consumer()
  const key = streamKey('facts', shardOf('s1'))
  await rig.redis.xadd(key, '*', 'n', '1')
  await until(() => first.done.includes(1))
  await first.close()
  for (const n of range(2, 10)) await rig.redis.xadd(key, '*', 'n', String(n))
  await rig.redis.xtrim(key, 'MAXLEN', 3)
  const second = consumer()
  await until(() => second.done.length === 3)
  expect(second.losses).toHaveLength(1)
  await second.close()
  await rig.redis.xadd(key, '*', 'n', '10')
  const third = consumer()
  await until(() => third.done.includes(10))
  expect(third.losses).toEqual([])
})

test('entries deleted while pending are noticed', async () => {
  await say(1)
  const first = consumer({
    handle: async () => {
      throw new Error('fails')
    },
  })
  await until(() => first.counters.failed > 0)
  await first.close()
  await rig.redis.xtrim(streamKey('facts', shardOf('s1')), 'MAXLEN', 0)
  const second = consumer()
  await until(() => second.losses.length > 0)
  await until(async () => (await pending()) === 0)
})

test('a dead letter that a full Redis refuses holds nothing up, and is written later', async () => {
  const { done, counters } = consumer()
  await until(() => rig.said.includes('consumer.loss'))
  await rig.redis.multi().xadd(KEY, '*', 'n', 'bad').xadd(KEY, '*', 'n', '1').config('SET', 'maxmemory', '1').exec()
  await until(() => done.includes(1))
  await until(() => rig.said.includes('consumer.dead_letter_failed'))
  await rig.onNodes((node) => node.config('SET', 'maxmemory', '0'))
  await until(() => counters.dead === 1)
  expect(await countDeadLetters(rig.redis, 'facts')).toBe(1)
})

test('a key that is no stream does not stop the others', async () => {
  await rig.redis.set(KEY, 'text')
  const { done } = consumer()
  for (const key of KEYS.slice(1)) await rig.redis.xadd(key, '*', 'n', '1')
  await until(() => done.length === KEYS.length - 1)
  await rig.redis.set(KEYS[1] ?? '', 'text')
  await rig.redis.xadd(KEYS[2] ?? '', '*', 'n', '2')
  await until(() => done.includes(2))
})

test('a stop finishes the batch in hand and leaves no name behind', async () => {
  const gate = Promise.withResolvers<void>()
  let isBusy = false
  const worker = consumer({
    handle: async () => {
      isBusy = true
      await gate.promise
    },
  })
  await say(...range(0, 10))
  await until(() => isBusy)
  const closed = worker.close()
  gate.resolve()
  await closed
  const left = await Promise.all(KEYS.map((key) => rig.redis.xpending(key, 'workers')))
  expect(left.every(([count]) => count === 0)).toBe(true)
  expect(worker.counters.consumed).toBeGreaterThan(0)
  for (const key of KEYS) expect(await rig.redis.xinfo('CONSUMERS', key, 'workers')).toEqual([])
})
