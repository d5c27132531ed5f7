import { afterEach, beforeEach, expect, test } from 'vitest'
import { readLag } from './lag.ts'
import { openRig, type Rig } from './rig.fixture.ts'
import { streamKey } from './shards.ts'

let rig: Rig
beforeEach(async () => {
  rig = await openRig()
})
afterEach(() => rig.close())

const KEY = streamKey('facts', 3)

test('what a group has not read and what it has not done, by shard', async () => {
  for (const n of [1, 2, 3]) await rig.redis.xadd(KEY, '*', 'n', n)
  await rig.redis.xgroup('CREATE', KEY, 'workers', '0')
  await rig.redis.xreadgroup('GROUP', 'workers', 'a', 'COUNT', 1, 'STREAMS', KEY, '>')
  expect(await readLag(rig.redis, 'facts')).toEqual([{ key: KEY, group: 'workers', lag: 2, pending: 1 }])
})

test('a stream that nobody has written to has no groups', async () => {
  expect(await readLag(rig.redis, 'facts')).toEqual([])
})
