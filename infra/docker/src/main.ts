import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { serviceUrl } from '@farmgate/database/service-url.ts'
import { origin, ROOT, type ServiceRow, services } from '@farmgate/start/services.ts'
import { freePort } from '@farmgate/stores/ports.ts'
import { startPostgres } from '@farmgate/stores/postgres.ts'
import { startRedis } from '@farmgate/stores/redis.ts'
import { openBuildah, run } from './buildah.ts'
import { healthCheckOf, runInImage, startImage } from './run-image.ts'
import { makeStandIns } from './stand-ins.ts'
import { requireTools } from './tools.ts'

// npm run images: builds every image without an engine, starts it on real stores, and asks whether it is ready.
// As root.
const READY_WITHIN_MS = 30_000
const SECRETS = {
  JWT_SECRET: 'a secret of the check of the images',
  INTERNAL_TOKEN: 'the-token-of-the-check-of-the-images',
}

const opened = new AsyncDisposableStack()
const started = Date.now()
try {
  await check()
} catch (error) {
  say(`\n${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}
await opened.disposeAsync()

async function check() {
  await requireTools()
  const commit = await run('git', ['-C', ROOT, 'describe', '--always', '--dirty'])

  // Bases
  const cache = path.resolve(process.env.FARMGATE_DATA || path.join(ROOT, '.farmgate'), 'cache/images')
  const buildah = opened.adopt(await openBuildah(cache), (it) => it.close())
  const bases = await makeStandIns(buildah, cache)
  say('base images')

  // Images
  const image = async (name: string, folder: string) => {
    const file = path.join(ROOT, 'infra/docker', name === 'web' ? 'web.Dockerfile' : 'node.Dockerfile')
    const tag = `localhost/farmgate-${name}`
    await buildah.build({ file, tag, context: ROOT, args: { ...bases, ...(name !== 'web' && { SERVICE: folder }) } })
    const unpacked = await buildah.unpack(tag)
    say(`${name.padEnd(14)}built: ${(await run('du', ['-sm', unpacked.root])).split('\t')[0]} MB`)
    return unpacked
  }
  const database = await image('database', 'infra/database')

  // Stores, and the schema by the job's own image
  const dir = await mkdtemp(path.join(tmpdir(), 'farmgate-images-'))
  opened.defer(() => rm(dir, { recursive: true, force: true }))
  const postgres = opened.adopt(await startPostgres({ dir: path.join(dir, 'postgres') }), (it) => it.close())
  const redis = opened.adopt(await startRedis({ dir: path.join(dir, 'redis') }), (it) => it.close())
  const { Entrypoint, Cmd } = database.config
  const migrated = await runInImage(database, [...Entrypoint, ...Cmd], { DATABASE_URL: postgres.url })
  if (migrated !== 0) throw new Error('database: the job failed')

  // Services
  const places = await addresses()
  for (const row of [...services, origin]) {
    const unpacked = await image(row.name, `services/${row.name}`)
    const env = {
      ...places,
      ...SECRETS,
      REDIS_URL: redis.url,
      IMAGE_STORE: 'file:///data/images',
      LOG_LEVEL: 'error',
      ...(row.database && { DATABASE_URL: serviceUrl(postgres.url, row.database.role) }),
    }
    opened.adopt(await startImage(unpacked, env), (child) => child.stop('SIGTERM'))
    await untilReady(row, places)
    const check = healthCheckOf(unpacked)
    if ((await runInImage(unpacked, check, env)) !== 0) throw new Error(`${row.name}: its health check fails`)
    if ((await runInImage(unpacked, check, { ...env, [row.port]: '1' })) === 0)
      throw new Error(`${row.name}: its health check sees nothing`)
    say(`${row.name.padEnd(14)}ready, and healthy by its own check`)
  }

  // The demo's catalog: in production there is none to fill
  const demo = await image('demo', 'infra/demo')
  const seeded = await runInImage(demo, [...demo.config.Entrypoint, 'src/seed-main.ts'], {})
  if (seeded !== 0) throw new Error('demo: the job failed')
  const took = Math.round((Date.now() - started) / 1_000)
  say(`\nEvery image of ${commit} builds, starts and serves: ${new Date().toISOString().slice(0, 10)}, ${took} s`)
}

/** Free ports, and where services find each other. */
async function addresses(): Promise<Record<string, string>> {
  const entries = [...services, origin].map(async ({ name, port }) => {
    const number = await freePort()
    const url = `${name.toUpperCase().replaceAll('-', '_')}_URL`
    return [
      [port, String(number)],
      [url, `http://127.0.0.1:${number}`],
    ]
  })
  return Object.fromEntries((await Promise.all(entries)).flat())
}

async function untilReady({ name, port }: ServiceRow, places: Record<string, string>) {
  const deadline = Date.now() + READY_WITHIN_MS
  let last = 'nothing'
  while (Date.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${places[port]}/readyz`).catch(() => undefined)
    if (answer?.ok) return
    if (answer) last = await answer.text()
    await wait(100)
  }
  throw new Error(`${name} does not become ready: ${last}`)
}

function say(line: string) {
  process.stdout.write(`${line}\n`)
}
