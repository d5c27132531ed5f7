import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DEVELOPMENT_JWT_SECRET } from '@farmgate/service-kit/config.ts'
import { freePort } from '@farmgate/stores/ports.ts'
import { createSigner } from 'fast-jwt'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { isListening } from './listening.ts'
import { answers } from './ready.ts'
import { ROOT } from './services.ts'

const READY = { timeout: 60_000, interval: 50 }

let data: string
let env: Record<string, string | undefined>
let first: ReturnType<typeof launch>

beforeAll(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'farmgate-start-'))
  env = { ...(await surroundings(data)), WS_GATEWAY_INSTANCES: '2' }
  first = launch(env)
  await vi.waitFor(() => expect(first.output()).toContain('Farmgate is ready'), READY)
})
afterAll(async () => {
  await first.end('SIGKILL')
  await rm(data, { recursive: true, force: true })
})

test('prints a line per part and the URL, and is ready behind it', async () => {
  for (const part of [
    'postgres',
    'redis',
    'database',
    'rooms-api',
    'messages-api',
    'ws-gateway',
    'app',
    'web',
    'catalog',
  ])
    expect(first.output()).toMatch(new RegExp(`^${part} `, 'm'))
  expect(first.output()).toContain(`http://localhost:${env.PORT}/`)
  expect(await answers(`http://127.0.0.1:${env.PORT}/readyz`)).toBe(true)
})

test('is ready when each of several instances listens itself', async () => {
  const pids = await processesOf(data, 'services/ws-gateway/')
  expect(pids).toHaveLength(2)
  for (const pid of pids) expect(await isListening(pid, Number(env.WS_GATEWAY_PORT))).toBe(true)
})

test('npm run rebuild says how many cards it has made', async () => {
  const rebuilding = launch(env, [process.execPath, path.join(import.meta.dirname, '../../ops/src/main.ts'), 'rebuild'])
  expect((await once(rebuilding.child, 'close'))[0]).toBe(0)
  expect(rebuilding.output()).toBe('0 cards written anew\n')
})

test('shows the app, and a person of the demo gets a token', async () => {
  const origin = `http://127.0.0.1:${env.PORT}`
  expect(await (await fetch(origin)).text()).toContain('content="demo"')
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ user_id: 'customer-ada' })
  const { token } = (await (await fetch(`${origin}/demo/token/`, { method: 'POST', headers, body })).json()) as never
  const rooms = await fetch(`${origin}/chat/rooms/`, { headers: { authorization: `Bearer ${token}` } })
  expect(await rooms.json()).toMatchObject({ results: [] })
})

test('seeds the demo catalog', async () => {
  const sign = createSigner({ key: DEVELOPMENT_JWT_SECRET, algorithm: 'HS256', expiresIn: 60_000 })
  const token = sign({ sub: 'marketplace', role: 'service' })
  const asked = `http://127.0.0.1:${env.PORT}/catalog/products/cheese-goat/`
  const answer = await fetch(asked, { headers: { authorization: `Bearer ${token}` } })
  expect(await answer.json()).toMatchObject({
    name: 'Goat Cheese',
    image_url: `http://localhost:${env.PORT}/demo/pictures/goat-cheese.svg`,
  })
})

describe('a start that cannot be', () => {
  test('a second one on the same folder', () => refused(env, 'already runs'))

  test('ports in use, all of them at once', async () => {
    const own = await surroundings(path.join(data, 'second'))
    const { PORT, WS_GATEWAY_PORT } = env
    const output = await refused({ ...own, PORT, WS_GATEWAY_PORT }, `Port ${PORT} is in use`)
    expect(output).toContain(`Port ${WS_GATEWAY_PORT} is in use`)
  })

  test.each([
    ['DATABASE_URL', 'postgres://farmer:hush@127.0.0.1:1/farm', 'Postgres is away'],
    ['REDIS_URL', 'redis://:hush@127.0.0.1:1', 'Redis is away'],
  ])('a store away: %s', async (variable, url, message) => {
    const own = await surroundings(path.join(data, 'third'))
    const output = await refused({ ...own, [variable]: url }, message)
    expect(output).not.toContain('hush')
  })

  test('production without a secret', async () => {
    const own = await surroundings(path.join(data, 'fourth'))
    await refused({ ...own, NODE_ENV: 'production' }, 'JWT_SECRET: production wants')
  })
})

test('a service that dies is started again', async () => {
  const [pid = 0] = await processesOf(data, 'services/ws-gateway/')
  process.kill(pid, 'SIGKILL')
  await vi.waitFor(() => expect(first.output()).toContain('ws-gateway has ended by itself'), READY)
  await vi.waitFor(
    async () => expect(await answers(`http://127.0.0.1:${env.WS_GATEWAY_PORT}/readyz`)).toBe(true),
    READY,
  )
})

test('SIGINT, twice, ends it with 0 and leaves no process', async () => {
  expect(await processesOf(data)).not.toEqual([])
  first.child.kill('SIGINT')
  expect(await first.end('SIGINT')).toBe(0)
  expect(await processesOf(data)).toEqual([])
})

test('it starts again on what it kept, and kill -9 leaves no process either', async () => {
  const again = launch(env)
  await vi.waitFor(() => expect(again.output()).toContain('Farmgate is ready'), READY)
  await again.end('SIGKILL')
  await vi.waitFor(async () => expect(await processesOf(data)).toEqual([]), READY)
})

test.each(['SIGTERM', 'SIGKILL'] as const)('%s to the npm that started it leaves no process', async (signal) => {
  const started = launch(env, ['npm', 'start', '--ignore-scripts'])
  await vi.waitFor(() => expect(started.output()).toContain('Farmgate is ready'), READY)
  started.child.kill(signal)
  await vi.waitFor(async () => expect(await processesOf(data)).toEqual([]), READY)
})

async function surroundings(FARMGATE_DATA: string) {
  const [PORT, ROOMS_API_PORT, MESSAGES_API_PORT, WS_GATEWAY_PORT] = await Promise.all(
    Array.from({ length: 4 }, async () => String(await freePort())),
  )
  return { PATH: process.env.PATH, FARMGATE_DATA, PORT, ROOMS_API_PORT, MESSAGES_API_PORT, WS_GATEWAY_PORT }
}

const DIRECTLY = [process.execPath, path.join(import.meta.dirname, 'main.ts')]

function launch(env: Record<string, string | undefined>, [command = '', ...words] = DIRECTLY) {
  const child = spawn(command, words, { env, cwd: ROOT })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  const ended = once(child, 'close')
  return {
    child,
    output: () => output,
    async end(signal: NodeJS.Signals) {
      child.kill(signal)
      const [code] = await ended
      return code
    },
  }
}

async function refused(env: Record<string, string | undefined>, message: string): Promise<string> {
  const second = launch(env)
  const [code] = await once(second.child, 'close')
  expect(second.output()).toContain(message)
  expect(code).toBe(1)
  return second.output()
}

/** The processes of this launch: each has its data folder in its environment or its command line. */
async function processesOf(folder: string, mark = ''): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Boolean)
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [line = '', environment = ''] = await Promise.all(
        ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
      )
      return line.includes(mark) && `${line}${environment}`.includes(folder)
    }),
  )
  return pids.filter((pid, at) => found[at] && pid !== process.pid)
}
