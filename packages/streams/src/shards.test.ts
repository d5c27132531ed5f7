import { expect, test } from 'vitest'
import { SHARDS, shardOf, streamKey, streamKeys } from './shards.ts'

test('the hash is FNV-1a, the same in every version', () => {
  // The published vectors of the 32-bit hash.
  expect(shardOf('', 2 ** 32)).toBe(0x811c9dc5)
  expect(shardOf('a', 2 ** 32)).toBe(0xe40c292c)
  expect(shardOf('foobar', 2 ** 32)).toBe(0xbf9cf968)
})

test('subjects spread evenly over the shards', () => {
  const counts = new Array<number>(SHARDS).fill(0)
  for (let i = 0; i < 8_000; i++) {
    const shard = shardOf(crypto.randomUUID())
    counts[shard] = (counts[shard] ?? 0) + 1
  }
  for (const count of counts) expect(count).toBeGreaterThan(800)
})

test('each shard is a key with a hash tag of its own', () => {
  expect(streamKey('facts', 3)).toBe('farmgate:facts:{3}')
  expect(new Set(streamKeys('facts')).size).toBe(SHARDS)
})
