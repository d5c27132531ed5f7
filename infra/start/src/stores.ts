import path from 'node:path'
import { startPostgres } from '@farmgate/stores/postgres.ts'
import { startRedis } from '@farmgate/stores/redis.ts'
import type { Store } from '@farmgate/stores/store.ts'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import type { Config } from './config.ts'
import { redisAclLines } from './redis-users.ts'
import { StartError } from './start-error.ts'

/** A store, and the process behind it where we started one. */
export type OpenStore = { url: string; line: string; process?: Store }

const ANSWER_MS = 8_000

/** The Postgres of DATABASE_URL, once it answers; else one of our own. */
export async function openPostgres(config: Config): Promise<OpenStore> {
  const { DATABASE_URL: url, FARMGATE_DATA: data } = config
  if (url) {
    await requireAnswer('Postgres', 'DATABASE_URL', url, askPostgres)
    return { url, line: `${withoutSecrets(url)} (DATABASE_URL)` }
  }
  const store = await startPostgres({ dir: path.join(data, 'postgres') })
  return { url: store.url, line: `${withoutSecrets(store.url)} (${store.dir})`, process: store }
}

/** The Redis of REDIS_URL, once it answers; else one of our own. */
export async function openRedis(config: Config): Promise<OpenStore> {
  const { REDIS_URL: url, FARMGATE_DATA: data } = config
  if (url) {
    await requireAnswer('Redis', 'REDIS_URL', url, askRedis)
    return { url, line: `${withoutSecrets(url)} (REDIS_URL)` }
  }
  const store = await startRedis({
    dir: path.join(data, 'redis'),
    cache: path.join(data, 'cache'),
    users: redisAclLines,
  })
  return { url: store.url, line: `${withoutSecrets(store.url)} (${store.dir})`, process: store }
}

async function requireAnswer(what: string, variable: string, url: string, ask: (url: string) => Promise<unknown>) {
  try {
    await ask(url)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message || ('code' in cause && cause.code) : cause
    throw new StartError(`${what} is away: ${withoutSecrets(url)} (${variable}) does not answer (${reason})`, { cause })
  }
}

async function askPostgres(url: string) {
  const sql = postgres(url, { max: 1, connect_timeout: ANSWER_MS / 1_000, onnotice: () => undefined })
  await within(sql`select 1`).finally(() => sql.end({ timeout: 0 }))
}

async function askRedis(url: string) {
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: ANSWER_MS, retryStrategy: () => null })
  // The reason comes as an event; what `connect` throws only says that the connection is closed.
  const broken = new Promise<never>((_, reject) => redis.once('error', reject))
  redis.on('error', () => undefined)
  await within(Promise.race([redis.connect().then(() => redis.ping()), broken])).finally(() => redis.disconnect())
}

/** A store that is stopped takes the connection and never says a word. */
async function within<T>(answer: PromiseLike<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`nothing within ${ANSWER_MS / 1_000} s`)), ANSWER_MS)
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}

function withoutSecrets(text: string): string {
  const { protocol, host, pathname } = new URL(text)
  return `${protocol}//${host}${pathname}`
}
