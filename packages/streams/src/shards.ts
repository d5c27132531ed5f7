/** Fixed: a subject's shard must be the same in every process and every version. */
export const SHARDS = 8

/** FNV-1a over the UTF-16 units: cheap, even, and the same everywhere. */
export function shardOf(subject: string, shards = SHARDS): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < subject.length; i++) hash = Math.imul(hash ^ subject.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % shards
}

/** The hash tag lets a Redis Cluster spread the shards over its nodes. */
export function streamKey(stream: string, shard: number): string {
  return `farmgate:${stream}:{${shard}}`
}

export function streamKeys(stream: string): readonly string[] {
  return Array.from({ length: SHARDS }, (_, shard) => streamKey(stream, shard))
}
