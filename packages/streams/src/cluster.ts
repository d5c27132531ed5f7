import { Cluster, type RedisOptions } from 'ioredis'
import { backoffMs } from './bell.ts'

/** The part of an ioredis pipeline that is used here: commands that name their key, then `exec`. */
type Reply = [error: Error | null, result?: unknown]
type Pipeline = { exec(): Promise<Reply[] | null> } & Record<string, (...args: unknown[]) => unknown>

/** A key of a shard; the braces are its hash tag. Scripts and values come after the key, or do not begin like this. */
const SHARD_KEY = /^farmgate:[^{]*\{\d+\}/

const RECONNECT_MOST_MS = 1_000
/** How long a question for the slots may take; also asked anew this often, so that a leader that moved is found. */
const SLOTS_TIMEOUT_MS = 1_000
const SLOTS_EVERY_MS = 5_000
/** A shard on its way to another leader is followed this often, then its command has failed. */
const MAX_REDIRECTIONS = 3

/** Whether a URL means a cluster: any of its nodes, with `?cluster=true`. */
export const namesCluster = (url: string): boolean => new URL(url).searchParams.get('cluster') === 'true'

/**
 * A connection to every leader, which looks like one connection: each command goes to the leader of its key, a pipeline in
 * parts. As with one Redis no command is repeated by the client once it may have been heard.
 */
export function openCluster(url: string, redisOptions: RedisOptions): Cluster {
  const { hostname: host, port, username, password, protocol } = new URL(url)
  const cluster = new Cluster([{ host, port: Number(port || 6379) }], {
    enableOfflineQueue: false,
    maxRedirections: MAX_REDIRECTIONS,
    // 0: what was under way on a connection that broke has failed.
    retryDelayOnFailover: 0,
    slotsRefreshTimeout: SLOTS_TIMEOUT_MS,
    slotsRefreshInterval: SLOTS_EVERY_MS,
    clusterRetryStrategy: (attempt) => backoffMs(attempt, RECONNECT_MOST_MS),
    redisOptions: {
      ...redisOptions,
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' && { tls: {} }),
    },
  })
  return withRoutedPipelines(cluster)
}

/** The same cluster on connections of its own, for reads that block. */
export function duplicateCluster(cluster: Cluster, redisOptions: RedisOptions): Cluster {
  const options = { ...cluster.options.redisOptions, ...redisOptions }
  return withRoutedPipelines(cluster.duplicate([], { redisOptions: options, enableReadyCheck: false }))
}

/** ioredis takes only pipelines whose keys lie on one node. */
function withRoutedPipelines(cluster: Cluster): Cluster {
  const pipelineOfOne = cluster.pipeline.bind(cluster)
  return Object.assign(cluster, { pipeline: () => routed(() => pipelineOfOne() as unknown as Pipeline) })
}

/** Commands go to the pipeline of their shard, in order; replies come back in the order of asking. */
function routed(open: () => Pipeline): unknown {
  const shards = new Map<string, { pipeline: Pipeline; places: number[] }>()
  let count = 0
  const exec = async () => {
    const replies: Reply[] = Array.from({ length: count }, () => [new Error('no reply')])
    const parts = [...shards.values()].map(async ({ pipeline, places }) => {
      const answers = await pipeline.exec().catch((error: Error) => places.map((): Reply => [error]))
      for (const [i, place] of places.entries()) replies[place] = answers?.[i] ?? [new Error('no reply')]
    })
    await Promise.all(parts)
    return replies
  }
  const ask = (name: string, args: unknown[]) => {
    const key = args.find((arg) => typeof arg === 'string' && SHARD_KEY.test(arg))
    const [tag = ''] = /\{\d+\}/.exec(String(key)) ?? []
    const shard = shards.get(tag) ?? { pipeline: open(), places: [] }
    shards.set(tag, shard)
    shard.pipeline[name]?.(...args)
    shard.places.push(count++)
  }
  const pipeline: unknown = new Proxy(
    {},
    {
      get: (_, name: string) =>
        name === 'exec'
          ? exec
          : (...args: unknown[]) => {
              ask(name, args)
              return pipeline
            },
    },
  )
  return pipeline
}
