import { until } from '@farmgate/testing/until.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { field } from './entries.ts'
import { publish } from './publish.ts'
import { openRig, type Rig, untilUp } from './rig.fixture.ts'
import { shardOf, streamKey, streamKeys } from './shards.ts'
import { startTail, type TailOptions } from './tail.ts'

let rig: Rig
beforeEach(async () => {
  rig = await openRig()
})
afterEach(() => rig.close())

const say = (...numbers: number[]) =>
  publish(
    rig.redis,
    numbers.map((n) => ({ stream: 'facts', subject: `s${n % 20}`, fields: { n: String(n) } })),
  )

function tail(options: Partial<TailOptions> = {}) {
  const heard: number[] = []
  const losses: number[] = []
  const started = startTail({
    redis: rig.redis,
    log: rig.log,
    pulse: rig.pulse,
    streams: ['facts'],
    blockMs: 200,
    compareEveryMs: 100,
    onEntries: (_key, entries) => {
      for (const [, fields] of entries) heard.push(Number(field(fields, 'n')))
    },
    onLoss: () => losses.push(1),
    ...options,
  })
  return { ...rig.own(started), heard, losses }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
const sorted = (numbers: number[]) => numbers.toSorted((a, b) => a - b)

test('hears what is said after ready, nothing from before, in order per subject, once', async () => {
  await say(...range(0, 50))
  const { ready, heard } = tail()
  await ready
  await say(...range(50, 250))
  await until(() => heard.length === 200)
  expect(sorted(heard)).toEqual(range(50, 250))
  const ofOne = heard.filter((n) => n % 20 === 7)
  expect(ofOne).toEqual(sorted(ofOne))
})

test('the end of a stream is asked for once: nothing falls between two reads', async () => {
  const { ready, heard, losses } = tail({ blockMs: 1 })
  await ready
  for (const n of range(0, 300)) await say(n)
  await until(() => heard.length === 300)
  expect(sorted(heard)).toEqual(range(0, 300))
  expect(losses).toEqual([])
})

test('misses and repeats nothing over broken connections', async () => {
  const { ready, heard, losses } = tail()
  await ready
  for (const n of range(0, 200)) {
    if (n % 40 === 0) {
      await rig.redis.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    }
    await say(n)
  }
  await until(() => heard.length >= 200)
  expect(sorted(heard)).toEqual(range(0, 200))
  expect(losses).toEqual([])
})

test('goes on after a black-holed read', async () => {
  const { ready, heard, losses } = tail()
  await ready
  await say(1)
  await until(() => heard.length === 1)
  rig.server.pause()
  await until(() => rig.said.includes('tail.interrupted'), { within: 3_500 })
  rig.server.resume()
  await untilUp(rig.pulse)
  await say(2)
  await until(() => heard.includes(2), { within: 5_000 })
  expect(losses).toEqual([])
})

test('starts over when its position lies in the future of a new stream', async () => {
  const key = streamKey('facts', shardOf('s1'))
  const { ready, heard, losses } = tail()
  await ready
  await say(1)
  await until(() => heard.length === 1)
  await rig.redis.del(key)
  await rig.redis.xadd(key, '1-1', 'n', '2')
  await until(() => heard.includes(2))
  expect(heard).toEqual([1, 2])
  expect(losses.length).toBeGreaterThan(0)
})

test('hears on after a restart that lost everything, and says so', async () => {
  const { ready, heard, losses } = tail()
  await ready
  await say(1)
  await until(() => heard.length === 1)
  await rig.server.restartEmpty()
  await untilUp(rig.pulse)
  await say(2)
  await until(() => heard.includes(2))
  expect(losses.length).toBeGreaterThan(0)
})

test('says so when it comes back to a stream that was trimmed past its position', async () => {
  const { ready, heard, losses } = tail({ blockMs: 1_500 })
  await ready
  await say(1)
  await until(() => heard.length === 1)
  const before = losses.length
  const key = streamKey('facts', shardOf('s1'))
  await rig.redis
    .multi()
    .client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    .xadd(key, '*', 'n', '2')
    .xadd(key, '*', 'n', '3')
    .xtrim(key, 'MAXLEN', 1)
    .exec()
  await until(() => heard.includes(3))
  expect(losses).toHaveLength(before + 1)
})

test('becomes ready when Redis comes, and says so where that took long', async () => {
  rig.server.kill('SIGKILL')
  await until(() => rig.pulse.state === 'away')
  const { ready, heard, losses } = tail()
  const start = Date.now()
  await until(() => Date.now() - start > 1_000)
  await rig.server.restart()
  await ready
  await untilUp(rig.pulse)
  await say(1)
  await until(() => heard.includes(1))
  expect(losses.length).toBeGreaterThan(0)
})

test('a key that is no stream does not stop the others', async () => {
  const [bad = '', ...rest] = streamKeys('facts')
  await rig.redis.set(bad, 'text')
  const { ready, heard } = tail()
  await ready
  for (const key of rest) await rig.redis.xadd(key, '*', 'n', '1')
  await until(() => heard.length === rest.length)
  await rig.redis.del(bad)
  await rig.redis.xadd(bad, '*', 'n', '2')
  await until(() => heard.includes(2))
})

test('a listener that throws gets the next entries', async () => {
  const numbers: string[] = []
  const { ready } = tail({
    onEntries: (_key, entries) => {
      for (const [, fields] of entries) numbers.push(fields[1] ?? '')
      if (numbers.length === 1) throw new Error('bad listener')
    },
  })
  await ready
  await say(1)
  await until(() => numbers.length === 1)
  await say(2)
  await until(() => numbers.length === 2)
  expect(rig.said).toContain('tail.listener_failed')
})

test('one that heard nothing new rests, and then hears together what came meanwhile', async () => {
  const reads: number[] = []
  const { ready } = tail({
    restMs: 500,
    onEntries: (_key, entries) => {
      reads.push(entries.length)
      return false
    },
  })
  await ready
  await say(1)
  await until(() => reads.length === 1)
  await say(1)
  await say(1)
  await until(() => reads.length === 2)
  expect(reads).toEqual([1, 2])
})
