import path from 'node:path'
import { serviceUrl } from '@farmgate/database/service-url.ts'
import type { Config, Env } from './config.ts'
import { keepRunning } from './keep-running.ts'
import { isListening } from './listening.ts'
import { answers, until } from './ready.ts'
import { redisUsers } from './redis-users.ts'
import { endOfLog, type ServiceProcess, startService } from './service-process.ts'
import type { ServiceRow } from './services.ts'
import { StartError } from './start-error.ts'
import { tellRestarts } from './tell-restarts.ts'

export type Fleet = {
  /** Starts all instances of one service, and is done when it is ready. */
  start(service: ServiceRow): Promise<void>
  /** Ends all services at once. */
  close(): Promise<void>
}

export type Surroundings = {
  config: Config
  /** What every service is told. */
  env: Env
  /** The admin's; each service gets the URL of its own role. */
  databaseUrl: string
  /** Whether REDIS_URL of `env` is the admin's, too, of a Redis that knows our users (redis-users.ts). */
  redisHasUsers: boolean
}

export type Launch = Surroundings & {
  say: (line: string) => void
  /** Fires when the launcher is to end. */
  stop: AbortSignal
  watch: boolean
}

const READY_WITHIN_MS = 60_000

/** The services of one launch: each is started, kept running, and ended together with the others. */
export function createFleet(launch: Launch): Fleet {
  const parts: { close(): Promise<void> }[] = []
  return {
    async start(service) {
      const count = instancesOf(service, launch.config)
      const { name, nodeFlags = [] } = service
      const options = { name, nodeFlags, env: envOf(service, count, launch), watch: launch.watch }
      const log = logOf(service, launch.config)
      const processes = await Promise.all(
        Array.from({ length: count }, () => startService({ ...options, ...(log && { log }) })),
      )
      parts.push(...processes)
      await untilReady(service, processes, log, launch)
      parts.push(...processes.map((process) => keepRunning(service.name, process, launch.say)))
      if (launch.watch && log) parts.push(tellRestarts(service.name, log, launch.say))
      launch.say(`${service.name.padEnd(14)}${urlOf(service, launch)}${count > 1 ? `  ${count} instances` : ''}`)
    },
    async close() {
      await Promise.all(parts.map((part) => part.close()))
    },
  }
}

async function untilReady(service: ServiceRow, processes: ServiceProcess[], log: string | undefined, launch: Launch) {
  const enough = new AbortController()
  const signal = AbortSignal.any([launch.stop, enough.signal, AbortSignal.timeout(READY_WITHIN_MS)])
  const ended = processes.map((process) => process.ended().then(() => false))
  const port = launch.config[service.port]
  // Several on one port answer for each other: each must listen itself. With --watch it is a child of ours that does.
  const allListen = async () =>
    launch.watch || (await Promise.all(processes.map(({ pid }) => isListening(pid, port)))).every(Boolean)
  const ready = until(async () => (await allListen()) && (await answers(`${urlOf(service, launch)}/readyz`)), signal)
  const isReady = await Promise.race([ready, ...ended])
  enough.abort()
  launch.stop.throwIfAborted()
  if (!isReady) throw new StartError(`${service.name} does not become ready. ${log ?? ''}\n${await endOfLog(log)}`)
}

/** What one service is told: the same as all, its share of the port, and the database by its own role. */
export function envOf(
  { name, port, database, keepsNoSecret }: ServiceRow,
  count: number,
  { env, databaseUrl, redisHasUsers, config }: Surroundings,
): Env {
  if (count > 1 && process.platform !== 'linux')
    throw new StartError(`Several instances on one port (${port}) need Linux: its kernel spreads the connections`)
  const redisUser = redisHasUsers && redisUsers[name]
  return {
    ...env,
    ...(redisUser && { REDIS_URL: serviceUrl(env.REDIS_URL ?? '', redisUser.name) }),
    ...(keepsNoSecret && { INTERNAL_TOKEN: undefined, REDIS_URL: undefined }),
    // Outside production it signs the tokens of the demo.
    ...(keepsNoSecret && config.NODE_ENV === 'production' && { JWT_SECRET: undefined }),
    REUSE_PORT: String(count > 1),
    HOST: config.HOST,
    DATABASE_URL: database && serviceUrl(databaseUrl, database.role),
  }
}

/** Production logs go to our own output, where the platform collects them; on a desk they would bury the URL. */
const logOf = ({ name }: ServiceRow, { NODE_ENV, FARMGATE_DATA }: Config) =>
  NODE_ENV === 'production' ? undefined : path.join(FARMGATE_DATA, 'logs', `${name}.log`)

const instancesOf = ({ instances }: ServiceRow, config: Config) => (instances ? Number(config[instances]) : 1)
const urlOf = ({ port }: ServiceRow, { config }: Launch) => `http://127.0.0.1:${config[port]}`
