import { type InternalClient, internalClient } from '@farmgate/service-kit/internal-client.ts'
import { createLog } from '@farmgate/service-kit/log.ts'
import { readAddresses } from '@farmgate/start/addresses.ts'
import { dataFolder, type Env } from '@farmgate/start/config.ts'
import { readInternalToken } from '@farmgate/start/internal-token.ts'
import { openRedis, type Redis } from '@farmgate/streams/redis.ts'
import { OpsError } from './verb.ts'

/** Longer than any page of work takes. */
export const DEADLINE_MS = 10_000
const READY_WITHIN_MS = 3_000

/** How a verb reaches what it works on. Opened at first use, closed at the end. */
export type Tools = {
  roomsApi(): InternalClient
  messagesApi(): InternalClient
  gateway(url: string): InternalClient
  redis(): Promise<Redis>
  say(line: string): void
  close(): Promise<void>
}

/**
 * `env` names the services, Redis and INTERNAL_TOKEN as it does for the services themselves; what is not set is that of
 * the last `npm start` of this data folder.
 */
export async function openTools(env: Env, say: (line: string) => void): Promise<Tools> {
  const opened: { close(): Promise<void> }[] = []
  const data = dataFolder(env)
  const token = env.INTERNAL_TOKEN || (await readInternalToken(data))
  const started = await readAddresses(data)
  const at = (name: 'ROOMS_API' | 'MESSAGES_API', preset: number) =>
    env[`${name}_URL`] ||
    (env[`${name}_PORT`] && `http://127.0.0.1:${env[`${name}_PORT`]}`) ||
    started[`${name}_URL`] ||
    `http://127.0.0.1:${preset}`
  const client = (name: string, baseUrl: string) => {
    const made = internalClient({ name: `${name} on ${baseUrl}`, baseUrl, token })
    opened.push(made)
    return made
  }
  return {
    say,
    roomsApi: () => client('rooms-api', at('ROOMS_API', 4001)),
    messagesApi: () => client('messages-api', at('MESSAGES_API', 4002)),
    gateway: (url) => client('the gateway', url),
    async redis() {
      const url = env.REDIS_URL || started.REDIS_URL
      if (!url) throw new OpsError('REDIS_URL is not set, and nothing was started in this folder')
      const redis = openRedis(url, { log: createLog('ops', 'silent'), name: 'ops' })
      opened.push(redis)
      await untilReady(redis)
      return redis
    },
    async close() {
      for (const part of opened) await part.close()
    },
  }
}

async function untilReady(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  redis.once('ready', resolve)
  const timer = setTimeout(() => reject(new OpsError('Redis does not answer: is REDIS_URL right?')), READY_WITHIN_MS)
  await promise.finally(() => clearTimeout(timer))
}
