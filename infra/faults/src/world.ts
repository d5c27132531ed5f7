import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import type { ServiceProcess } from '@farmgate/start/service-process.ts'
import { serviceToken } from '@farmgate/testing/tokens.ts'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import type { FailPoint } from './fail-points/fail-points.ts'
import { type History, openHistory } from './history.ts'
import { openProxy, type StoreProxy } from './proxy.ts'

export type WorldOptions = {
  failPoints?: readonly FailPoint[]
  env?: Record<string, string>
  /** SQL that the admin runs before anybody comes. */
  prepare?: string
}

/** The product with two of each service, stores of its own behind proxies of ours, and ways past both for the one who looks. */
export type World = {
  stack: Stack
  history: History
  /** What the services reach their stores through. */
  ways: { postgres: StoreProxy; redis: StoreProxy }
  /** The admin's, directly. */
  sql: postgres.Sql
  redis: Redis
  /** Of two or more services each process that runs now. The one origin is not among them. */
  processes(): ServiceProcess[]
  /** The next process that comes to this fail point dies of it. Resolves when one has. */
  dieAt(point: FailPoint): Promise<ServiceProcess>
  offer(farmer_id: string, product_id: string): Promise<void>
  close(): Promise<void>
}

const SERVICES = ['rooms-api', 'messages-api', 'ws-gateway'] as const
const COMPILE_IN = pathToFileURL(path.join(import.meta.dirname, 'fail-points/compile-in.ts')).href

export async function openWorld({ failPoints = [], env = {}, prepare }: WorldOptions = {}): Promise<World> {
  await using opened = new AsyncDisposableStack()
  const armed = await mkdtemp(path.join(tmpdir(), 'farmgate-armed-'))
  opened.defer(() => rm(armed, { recursive: true, force: true }))
  const compiled = { NODE_OPTIONS: `--import=${COMPILE_IN}`, FAIL_POINTS: failPoints.join(), FAIL_POINTS_ARMED: armed }
  const ways: World['ways'][] = []
  const stack = opened.adopt(
    await startStack({
      instances: { 'rooms-api': 2, 'messages-api': 2, 'ws-gateway': 2 },
      env: { ...(failPoints.length > 0 && compiled), ...env },
      async between({ database, redis }) {
        const way = { postgres: await openProxy(portOf(database)), redis: await openProxy(portOf(redis)) }
        opened.defer(async () => void (await Promise.all([way.postgres.close(), way.redis.close()])))
        ways.push(way)
        return { database: through(database, way.postgres.port), redis: through(redis, way.redis.port) }
      },
    }),
    (it) => it.close(),
  )
  const sql = opened.adopt(postgres(stack.databaseUrl, { max: 3, onnotice: () => undefined }), (it) => it.end())
  const redis = opened.adopt(new Redis(stack.redis.url), (it) => it.disconnect())
  redis.on('error', () => undefined) // it is killed on purpose; whoever asks is told
  if (prepare) await sql.unsafe(prepare)
  const history = openHistory(stack.url)
  const [way] = ways
  if (!way) throw new Error('the stack did not ask for its stores')

  const processes = () => SERVICES.flatMap((name) => stack.services[name])
  const whoDies = () =>
    Promise.race(
      processes()
        .filter((each) => each.isRunning())
        .map((each) => each.ended().then(() => each)),
    )
  const held = opened.move()
  return {
    stack,
    history,
    ways: way,
    sql,
    redis,
    processes,
    async dieAt(point) {
      const dying = whoDies()
      await writeFile(path.join(armed, point), '')
      return dying
    },
    async offer(farmer_id, product_id) {
      const by = { jwt: serviceToken() }
      const product = { farmer_id, name: 'Tomatoes', unit: 'kg' }
      await history.ask('', 'PUT', `/catalog/users/${farmer_id}/`, { ...by, body: { name: farmer_id } })
      await history.ask('', 'PUT', `/catalog/products/${product_id}/`, { ...by, body: product })
    },
    close: () => held.disposeAsync(),
  }
}

const portOf = (url: string) => Number(new URL(url).port)

function through(url: string, port: number): string {
  const way = new URL(url)
  way.port = String(port)
  return way.href
}
