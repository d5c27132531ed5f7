import { rm } from 'node:fs/promises'
import path from 'node:path'
import { migrate } from '@farmgate/database/migrate.ts'
import { seedCatalog } from '@farmgate/demo/seed.ts'
import { ConfigError } from '@farmgate/service-kit/config.ts'
import { keepAddresses } from './addresses.ts'
import { buildApp, watchApp } from './build-app.ts'
import { dataFolder, readStartConfig, serviceEnv } from './config.ts'
import { createFleet } from './fleet.ts'
import { ensureInternalToken } from './internal-token.ts'
import { keepRunning } from './keep-running.ts'
import { lockFolder } from './lock.ts'
import { requireFreePorts } from './ports.ts'
import { origin, services } from './services.ts'
import { StartError } from './start-error.ts'
import { onStopSignal } from './stop-signal.ts'
import { type OpenStore, openPostgres, openRedis } from './stores.ts'

const watch = process.argv.includes('--watch')
const opened = new AsyncDisposableStack()
const stop = onStopSignal(process.env)

try {
  await start()
  await stopped()
} catch (error) {
  if (!stop.aborted) complain(error)
}
if (stop.aborted) say('stopping')
await opened.disposeAsync()
process.exit()

async function start() {
  const data = dataFolder(process.env)
  const config = readStartConfig(process.env, await ensureInternalToken(data))
  opened.adopt(await lockFolder(data), (lock) => lock.close())
  await requireFreePorts(config)
  await rm(path.join(data, 'logs'), { recursive: true, force: true })

  // What browsers get, made while the stores come up
  const app = watch ? watching() : buildApp()
  // Whatever ends the start first says so; this is looked at below.
  app.catch(() => undefined)

  // Stores
  const database = hold('postgres', await openPostgres(config))
  stop.throwIfAborted()
  const redis = hold('redis', await openRedis(config))
  stop.throwIfAborted()
  await migrate({ adminUrl: database.url })
  say('database      migrated')

  // Services, then the one origin in front of them
  const env = serviceEnv(process.env, config, { redisUrl: redis.url })
  await keepAddresses(data, env)
  const told = { config, env, databaseUrl: database.url, redisHasUsers: redis.process !== undefined }
  const fleet = createFleet({ ...told, say, stop, watch })
  opened.adopt(fleet, () => fleet.close())
  await Promise.all(services.map((service) => fleet.start(service)))
  say(`app           ${await app}`)
  await fleet.start(origin)

  // Something to look at
  if (config.NODE_ENV !== 'production') say(`logs          ${path.join(data, 'logs')}`)
  if (config.NODE_ENV !== 'production') say(`catalog       ${await seed(config)}`)
  say(`\nFarmgate is ready: http://localhost:${config.PORT}/\n`)
}

/** Keeps a store that we started running until we end, and says where it is. */
function hold(name: string, store: OpenStore): OpenStore {
  if (store.process) opened.adopt(keepRunning(name, store.process, say), (kept) => kept.close())
  say(`${name.padEnd(14)}${store.line}`)
  return store
}

async function watching(): Promise<string> {
  opened.adopt(await watchApp(), (child) => child.stop('SIGTERM'))
  return 'built anew after each change'
}

/** A market that cannot be seeded is no reason not to start. */
async function seed(config: ReturnType<typeof readStartConfig>): Promise<string> {
  if (config.JWKS_URL) return 'not seeded: tokens are signed by JWKS_URL, so we cannot speak as the marketplace'
  const market = {
    origin: `http://127.0.0.1:${config.PORT}`,
    publicOrigin: `http://localhost:${config.PORT}`,
    secret: config.JWT_SECRET ?? '',
    issuer: config.JWT_ISSUER,
    audience: config.JWT_AUDIENCE,
  }
  return seedCatalog(market).then(
    () => 'demo farms and products are there',
    (error) => `not seeded: ${error.message}`,
  )
}

function stopped() {
  return new Promise<void>((resolve) => {
    if (stop.aborted) resolve()
    stop.addEventListener('abort', () => resolve())
  })
}

function complain(error: unknown) {
  const expected = error instanceof StartError || error instanceof ConfigError
  const text = error instanceof Error ? (expected ? error.message : error.stack) : String(error)
  process.stderr.write(`\nFarmgate cannot start.\n${text}\n`)
  process.exitCode = 1
}

function say(line: string) {
  process.stdout.write(`${line}\n`)
}
