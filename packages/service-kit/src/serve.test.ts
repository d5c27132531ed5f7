import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { freePort } from '@farmgate/testing/ports.ts'
import { until } from '@farmgate/testing/until.ts'
import { expect, onTestFinished, test } from 'vitest'

/** A service of its own process: a request that takes 300 ms, a part that says when it closes. */
const service = (closing: string) => `
import { createApp } from './app.ts'
import { answerHealth } from './health.ts'
import { createLog } from './log.ts'
import { serve } from './serve.ts'
const log = createLog('test', 'info')
const app = await createApp({ log, config: { TRUSTED_PROXIES: 'loopback', ALLOWED_ORIGINS: [] } })
answerHealth(app, {})
app.get('/slow/', () => new Promise((done) => setTimeout(done, 300, { done: true })))
app.get('/bug/', () => { setImmediate(() => { throw new Error('bug') }); return {} })
const part = (name) => ({ close: async () => log.info(name) })
app.get('/pid/', (_, reply) => reply.type('text/plain').send(String(process.pid)))
const { PORT, STOP_MS, REUSE_PORT } = process.env
const stopMs = STOP_MS ? Number(STOP_MS) : undefined
const address = { host: '127.0.0.1', port: Number(PORT), reusePort: REUSE_PORT === 'true' }
await serve(app, { ...address, log, stopMs, closing: [${closing}] })
`

type Started = { closing?: string; port?: number; env?: Record<string, string> }

async function start({ closing = "part('first'), part('second')", port = 0, env = {} }: Started = {}) {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', service(closing)], {
    cwd: import.meta.dirname,
    env: { ...process.env, ...env, PORT: String(port || (await freePort())) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: Record<string, unknown>[] = []
  child.stdout.on('data', (chunk) => {
    for (const line of String(chunk).trim().split('\n')) lines.push(JSON.parse(line))
  })
  const said = (msg: string) => lines.find((line) => line.msg === msg)
  return { child, lines, said, exited: exitOf(child) }
}

const exitOf = (child: ChildProcess) => new Promise<number | null>((done) => child.once('exit', done))

async function started(options: Started = {}) {
  const process = await start(options)
  const origin = String((await until(() => process.said('service.listening'))).origin)
  return { ...process, origin }
}

test('on SIGTERM requests in flight end, open connections get a last answer, nothing new is taken, the parts close in order', async () => {
  const { child, said, lines, origin, exited } = await started()
  const inFlight = fetch(`${origin}/slow/`)
  await until(() => fetch(`${origin}/healthz`).then(({ ok }) => ok))
  child.kill('SIGTERM')
  child.kill('SIGTERM')
  await until(() => said('service.stopping'))
  const last = await fetch(`${origin}/healthz`)
  expect([last.status, last.headers.get('connection')]).toEqual([200, 'close'])
  await expect(fetch(`${origin}/healthz`)).rejects.toThrow()
  expect(await (await inFlight).json()).toEqual({ done: true })
  expect(await exited).toBe(0)
  expect(lines.map(({ msg }) => msg).filter((msg) => msg !== 'request')).toEqual([
    'server.bound',
    'service.listening',
    'service.stopping',
    'first',
    'second',
    'service.stopped',
  ])
})

test('a part that fails to close is said, exit code 1', async () => {
  const { child, said, exited } = await started({ closing: "{ close: () => Promise.reject(new Error('no')) }" })
  child.kill('SIGINT')
  expect(await exited).toBe(1)
  expect(said('service.stop_failed')).toBeDefined()
})

test('a part that never closes does not hold the process', async () => {
  const { child, said, exited } = await started({
    closing: '{ close: () => new Promise((done) => setTimeout(done, 60_000)) }',
    env: { STOP_MS: '200' },
  })
  child.kill('SIGTERM')
  expect(await exited).toBe(1)
  expect(said('service.stop_took_too_long')).toBeDefined()
})

test.runIf(process.platform === 'linux')('two processes share a port, and connections reach both', async () => {
  const shared = { port: await freePort(), env: { REUSE_PORT: 'true' } }
  const [first, second] = await Promise.all([started(shared), started(shared)])
  const answered = new Set<string>()
  await until(async () => {
    const answer = await fetch(`${first.origin}/pid/`, { headers: { connection: 'close' } })
    answered.add(await answer.text())
    return answered.size === 2
  })
  expect(answered).toEqual(new Set([`${first.child.pid}`, `${second.child.pid}`]))
})

test('a port in use is one clear line, exit code 1', async () => {
  const other = createServer()
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
  onTestFinished(() => void other.close())
  const address = other.address()
  const { said, exited } = await start({ port: typeof address === 'object' ? (address?.port ?? 0) : 0 })
  expect(await exited).toBe(1)
  expect(said('service.cannot_listen')).toMatchObject({ reason: 'the port is in use' })
})

test('an exception that nobody caught is logged, exit code 1', async () => {
  const { said, origin, exited } = await started()
  await fetch(`${origin}/bug/`).catch(() => undefined)
  expect(await exited).toBe(1)
  expect(said('process.uncaught_exception')).toMatchObject({ level: 'fatal' })
})
