import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { migrate } from '@farmgate/database/migrate.ts'
import { type Config, readStartConfig, serviceEnv } from '@farmgate/start/config.ts'
import { envOf } from '@farmgate/start/fleet.ts'
import { isListening } from '@farmgate/start/listening.ts'
import { answers } from '@farmgate/start/ready.ts'
import { redisAclLines } from '@farmgate/start/redis-users.ts'
import { type ServiceProcess, startService } from '@farmgate/start/service-process.ts'
import { origin, type ServiceName, type ServiceRow, services } from '@farmgate/start/services.ts'
import { startPostgres } from '@farmgate/stores/postgres.ts'
import type { Store } from '@farmgate/stores/store.ts'
import { freePorts } from '@farmgate/testing/ports.ts'
import { type TestRedis, testRedis } from '@farmgate/testing/redis.ts'
import { TEST_INTERNAL_TOKEN, TEST_SECRET } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'

export type StackOptions = {
  /** How many processes of each service share its port (Linux); one where not given. */
  instances?: Partial<Record<ServiceName, number>>
  /** Further variables for all services. */
  env?: Record<string, string>
  /** How its Redis is made: one process where not given; `testRedisCluster` makes three that are one. */
  redis?: typeof testRedis
  /** The stores as the services are to reach them, where something of the test's stands in between. */
  between?: (stores: StoreUrls) => Promise<StoreUrls>
}

/** `database`: the admin's, from which the URL of each service's own role is made. */
type StoreUrls = { database: string; redis: string }

export type Stack = {
  /** The one origin: http://… and ws://…, without a trailing slash. */
  url: string
  wsUrl: string
  /** Each service's own port, past the origin. */
  urls: Record<ServiceName, string>
  /** The owner of everything. */
  databaseUrl: string
  postgres: Store
  redis: TestRedis
  services: Record<ServiceName, ServiceProcess[]>
  /** Starts one of them again, ending it first where it runs, and waits until it serves. */
  revive(service: ServiceProcess): Promise<void>
  /** What a service has logged so far, all its instances together. */
  log(service: ServiceName): Promise<string>
  close(): Promise<void>
}

const READY_WITHIN_MS = 30_000
/** What Node has compiled is kept from one stack to the next: a third of what a start costs. */
const COMPILED = path.join(tmpdir(), 'farmgate-cache/node')

/**
 * The whole product with stores of its own, on free ports, in a folder that `close` removes. Nothing starts again what a
 * test kills. The tokens of tokens.ts are valid in it, and rate limits are off where `env` does not turn them on.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const opened = new AsyncDisposableStack()
  try {
    return await bringUp(options, opened)
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

async function bringUp(
  { instances = {}, env = {}, redis: makeRedis = testRedis, between = async (stores) => stores }: StackOptions,
  opened: AsyncDisposableStack,
): Promise<Stack> {
  const dir = await mkdtemp(path.join(tmpdir(), 'farmgate-stack-'))
  opened.defer(() => rm(dir, { recursive: true, force: true }))
  const redis = opened.adopt(await makeRedis({ users: redisAclLines }), (it) => it.close())
  const postgres = opened.adopt(await startPostgres({ dir: path.join(dir, 'postgres') }), (it) => it.close())
  await migrate({ adminUrl: postgres.url })

  const given = { PATH: process.env.PATH, ...(await settings(dir)), ...env }
  const config = readStartConfig(given, TEST_INTERNAL_TOKEN)
  const reached = await between({ database: postgres.url, redis: redis.url })
  const telling = {
    config,
    env: serviceEnv(given, config, { redisUrl: reached.redis }),
    databaseUrl: reached.database,
    redisHasUsers: true,
  }
  const logOf = (name: ServiceName) => path.join(dir, `${name}.log`)
  const group: ServiceProcess[] = []
  opened.defer(async () => void (await Promise.all(group.map((service) => service.close()))))

  const untilServing = async (service: ServiceProcess) => {
    const ended = service.ended().then(async () => {
      throw new Error(`${service.name} ended before it served:\n${await readFile(logOf(service.name), 'utf8')}`)
    })
    const serving = () => serves(service, portOf(service.name, config))
    await Promise.race([until(serving, { within: READY_WITHIN_MS, what: `${service.name} serves` }), ended])
    // Its later end is the test's own affair.
    ended.catch(() => undefined)
  }
  const start = async (row: ServiceRow) => {
    const count = instances[row.name] ?? 1
    const options = { name: row.name, env: envOf(row, count, telling), log: logOf(row.name) }
    const processes = await Promise.all(Array.from({ length: count }, () => startService(options)))
    group.push(...processes)
    await Promise.all(processes.map(untilServing))
  }
  await Promise.all([...services, origin].map(start))

  const at = (name: ServiceName) => `127.0.0.1:${portOf(name, config)}`
  return {
    url: `http://${at('web')}`,
    wsUrl: `ws://${at('web')}`,
    urls: perService((name) => `http://${at(name)}`),
    databaseUrl: postgres.url,
    postgres,
    redis,
    services: perService((name) => group.filter((service) => service.name === name)),
    async revive(service) {
      await service.restart()
      await untilServing(service)
    },
    log: (name) => readFile(logOf(name), 'utf8'),
    close: () => opened.disposeAsync(),
  }
}

const perService = <T>(make: (name: ServiceName) => T): Record<ServiceName, T> => ({
  'rooms-api': make('rooms-api'),
  'messages-api': make('messages-api'),
  'ws-gateway': make('ws-gateway'),
  web: make('web'),
})

const portOf = (name: ServiceName, config: Config) =>
  config[[...services, origin].find((row) => row.name === name)?.port ?? 'PORT']

/** Whether this very process is ready, whatever its siblings on the same port are. */
const serves = async ({ pid }: ServiceProcess, port: number) =>
  (await isListening(pid, port)) && (await answers(`http://127.0.0.1:${port}/readyz`))

async function settings(dir: string) {
  const [PORT, ROOMS_API_PORT, MESSAGES_API_PORT, WS_GATEWAY_PORT] = (await freePorts(4)).map(String)
  const ports = { PORT, ROOMS_API_PORT, MESSAGES_API_PORT, WS_GATEWAY_PORT }
  const node = { NODE_ENV: 'test', NODE_COMPILE_CACHE: COMPILED }
  return { ...ports, ...node, JWT_SECRET: TEST_SECRET, RATE_LIMITS: 'off', FARMGATE_DATA: dir }
}
