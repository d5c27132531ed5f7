import { until } from '@farmgate/testing/until.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRig, type Rig } from './rig.fixture.ts'
import { streamKey } from './shards.ts'
import { startTrimmer } from './trim.ts'

let rig: Rig
beforeEach(async () => {
  rig = await openRig()
  // Small nodes: `~` trims whole nodes only.
  await rig.onNodes((node) => node.config('SET', 'stream-node-max-entries', '1'))
})
afterEach(() => rig.close())

const HOUR_MS = 3_600_000
const KEY = streamKey('facts', 0)
const ago = (ms: number) => `${Date.now() - ms}-0`
const trimmer = () =>
  rig.own(startTrimmer({ redis: rig.redis, log: rig.log, streams: ['facts'], keepMs: HOUR_MS, everyMs: 20 }))
const length = () => rig.redis.xlen(KEY)

test('lets go of what is old and keeps what is new', async () => {
  await rig.redis.xadd(KEY, ago(3 * HOUR_MS), 'n', '1')
  await rig.redis.xadd(KEY, ago(2 * HOUR_MS), 'n', '2')
  await rig.redis.xadd(KEY, '*', 'n', '3')
  trimmer()
  await until(async () => (await length()) === 1)
})

test('keeps what a stopped group has not read, and what it has not done', async () => {
  await rig.redis.xgroup('CREATE', KEY, 'workers', '0', 'MKSTREAM')
  await rig.redis.xgroup('CREATE', KEY, 'quick', '0')
  const old = [4, 3, 2].map((hours) => ago(hours * HOUR_MS))
  for (const id of old) await rig.redis.xadd(KEY, id, 'n', '1')
  await rig.redis.xreadgroup('GROUP', 'quick', 'a', 'NOACK', 'STREAMS', KEY, '>')
  trimmer()
  await rig.onNodes((node) => node.config('RESETSTAT'))
  const passes = async () => Number(/cmdstat_xtrim:calls=(\d+)/.exec(await rig.redis.info('commandstats'))?.[1] ?? 0)
  await until(async () => (await passes()) > 20)
  expect(await length()).toBe(3)

  await rig.redis.xreadgroup('GROUP', 'workers', 'a', 'STREAMS', KEY, '>')
  await rig.redis.xack(KEY, 'workers', old[0] ?? '')
  await until(async () => (await length()) === 2)
  await rig.redis.xack(KEY, 'workers', old[1] ?? '', old[2] ?? '')
  // The last one read stays: the group's place is not passed.
  await until(async () => (await length()) === 1)
})

test('keeps nothing for longer than a day, read or not', async () => {
  await rig.redis.xgroup('CREATE', KEY, 'workers', '0', 'MKSTREAM')
  await rig.redis.xadd(KEY, ago(25 * HOUR_MS), 'n', '1')
  await rig.redis.xadd(KEY, ago(23 * HOUR_MS), 'n', '2')
  trimmer()
  await until(async () => (await length()) === 1)
})

test('a key that is no stream does not stop the others', async () => {
  await rig.redis.set(streamKey('facts', 0), 'text')
  const other = streamKey('facts', 7)
  await rig.redis.xadd(other, ago(2 * HOUR_MS), 'n', '1')
  await rig.redis.xadd(other, '*', 'n', '2')
  trimmer()
  await until(async () => (await rig.redis.xlen(other)) === 1)
})
