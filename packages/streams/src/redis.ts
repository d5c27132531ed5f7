import { Redis as Client, type Cluster } from 'ioredis'
import { backoffMs } from './bell.ts'
import { duplicateCluster, namesCluster, openCluster } from './cluster.ts'
import { errorFields, type Log } from './log.ts'

/** An ioredis client, of one Redis or of a cluster, that also closes like everything else here. */
export type Redis = Client & { close(): Promise<void> }

/** Nothing that answers a user may wait longer than this for Redis. */
const COMMAND_TIMEOUT_MS = 2_000
/** A live Redis is never further away than this, so that everything heals within 10 s of its return. */
const RECONNECT_MOST_MS = 1_000
/** After hanging up, a black-holed peer never says goodbye: the socket is torn down after this. */
const GOODBYE_MS = 50
/** How much longer than its own BLOCK a read may take before the connection counts as black-holed. */
const WATCHDOG_GRACE_MS = 1_500

/**
 * A connection for commands. Returns at once and never throws: while Redis is away each command is refused at once,
 * while it is black-holed within 2 s. No command is ever repeated by the client: whether a lost reply means a lost
 * command is for the caller to know. `?cluster=true` in the URL: any node of a Redis Cluster (cluster.ts).
 */
export function openRedis(url: string, { log, name }: { log: Log; name: string }): Redis {
  const options = {
    connectionName: name,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: COMMAND_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    disconnectTimeout: GOODBYE_MS,
    keepAlive: 5_000,
    disableClientInfo: true,
  }
  if (namesCluster(url)) return watched(asClient(openCluster(url, options)), log, name)
  const retryStrategy = (attempt: number) => backoffMs(attempt, RECONNECT_MOST_MS)
  return watched(new Client(url, { ...options, enableOfflineQueue: false, retryStrategy }), log, name)
}

/**
 * A connection of its own for blocking reads (anything else on it would wait as long as they block), with a watchdog:
 * a read that outlives its BLOCK fails as timed out, and its reader must hang up (`hangUp`) and ask again.
 */
export function openReader(redis: Redis, { log, name, blockMs }: { log: Log; name: string; blockMs: number }): Redis {
  const commandTimeout = blockMs + WATCHDOG_GRACE_MS
  const cluster = asCluster(redis)
  if (cluster) return watched(asClient(duplicateCluster(cluster, { connectionName: '', commandTimeout })), log, name)
  const client = redis.duplicate({
    // Where it is given, ioredis 5.11.1 waits for CLIENT SETNAME and then calls a connection ready even if it has ended
    // meanwhile (accepted and closed at once, as by a proxy or a full Redis); such a client never connects again.
    connectionName: '',
    commandTimeout,
    // The check is a command too, and on a black-holed connection would hold up the watchdog by its whole length.
    enableReadyCheck: false,
  })
  client.on('ready', () => {
    client.client('SETNAME', name).catch((error: unknown) => log.debug(errorFields(error), 'redis.unnamed'))
  })
  return watched(client, log, name)
}

/** What both have in common is all that is used, keys of several nodes in one read apart (readerKeys). */
const asClient = (cluster: Cluster) => cluster as unknown as Client

/** The cluster behind a connection; undefined where it is one Redis. */
export const asCluster = (redis: Redis): Cluster | undefined =>
  redis.isCluster ? (redis as unknown as Cluster) : undefined

/** The keys that one blocking read may name: all of one Redis; of a cluster those of one shard, which lie together. */
export function readerKeys(redis: Redis, keys: readonly string[]): (readonly string[])[] {
  if (!redis.isCluster) return [keys]
  return [...Map.groupBy(keys, (key) => /\{\d+\}/.exec(key)?.[0]).values()]
}

/** No connection, or no answer on it, as opposed to an answer that is an error. */
export function isRedisAway(error: unknown): boolean {
  return error instanceof Error && error.name !== 'ReplyError'
}

/** What Redis refuses on one key only: it holds something else, or is not ours to touch. Other keys work. */
export function isKeyFault(error: unknown): boolean {
  return error instanceof Error && /^(WRONGTYPE|NOPERM)/.test(error.message)
}

/**
 * After a time-out: what was asked on this connection stays unanswered, and TCP may take minutes to find out. A new
 * connection is tried at once instead. A cluster mends by itself what is closed, node by node: only silence is ours.
 */
export function hangUp(redis: Redis, error: unknown): void {
  if (redis.isCluster && !isSilence(error)) return
  if (redis.status === 'ready' && isRedisAway(error)) redis.disconnect(true)
}

/** What ioredis says where an answer took longer than `commandTimeout`. */
const isSilence = (error: unknown) => error instanceof Error && error.message === 'Command timed out'

function watched(client: Client, log: Log, connection: string): Redis {
  let said: 'up' | 'away' | undefined
  const say = (state: 'up' | 'away', error?: unknown) => {
    if (said === state) return
    said = state
    if (state === 'up') log.info({ connection }, 'redis.up')
    else log.warn({ connection, ...(error !== undefined && errorFields(error)) }, 'redis.away')
  }
  let closing = false
  client.on('ready', () => say('up'))
  client.on('error', (error) => say('away', error))
  client.on('close', () => closing || say('away'))
  return Object.assign(client, {
    async close() {
      closing = true
      // quit lets the replies of what was sent come in; it is bounded by the command timeout.
      if (client.status === 'ready')
        await client.quit().catch((error) => log.debug(errorFields(error), 'redis.no_goodbye'))
      client.disconnect()
    },
  })
}
