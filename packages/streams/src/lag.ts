import type { Redis } from './redis.ts'
import { streamKeys } from './shards.ts'

/** How far a group is behind on one shard. */
export type ShardLag = {
  key: string
  group: string
  /** Not read yet; where Redis cannot tell (entries were deleted), as many as are there. */
  lag: number
  /** Read and not yet acknowledged. */
  pending: number
}

/** Every group of every shard, as Redis counts now. A shard that nobody has written to or read has none. */
export async function readLag(redis: Redis, stream: string): Promise<ShardLag[]> {
  const shards = await Promise.all(streamKeys(stream).map((key) => ofShard(redis, key)))
  return shards.flat()
}

async function ofShard(redis: Redis, key: string): Promise<ShardLag[]> {
  if ((await redis.exists(key)) === 0) return []
  const [length, groups] = await Promise.all([redis.xlen(key), redis.xinfo('GROUPS', key)])
  return (groups as unknown[][]).map((reply) => {
    const value = (name: string) => reply[reply.indexOf(name) + 1]
    return { key, group: String(value('name')), lag: Number(value('lag') ?? length), pending: Number(value('pending')) }
  })
}
