import { expect, onTestFinished, test } from 'vitest'
import { createApp } from './app.ts'
import { answerHealth, type Dependency } from './health.ts'
import { createLog } from './log.ts'

async function appWith(dependencies: Record<string, Dependency>) {
  const app = await createApp({
    log: createLog('test', 'silent'),
    config: { TRUSTED_PROXIES: 'loopback', ALLOWED_ORIGINS: [] },
  })
  answerHealth(app, dependencies)
  onTestFinished(() => app.close())
  return app
}

const up = async () => undefined
const down = async () => {
  throw new Error('secret')
}
const hangs = () => new Promise<never>(() => undefined)

test('alive, whatever is away', async () => {
  const app = await appWith({ postgres: { check: down } })
  expect((await app.inject('/healthz')).json()).toEqual({ status: 'ok' })
})

test('ready when every required dependency answers', async () => {
  const app = await appWith({ postgres: { check: up }, redis: { check: down, required: false } })
  const answer = await app.inject('/readyz')
  expect([answer.statusCode, answer.json()]).toEqual([
    200,
    { status: 'ready', dependencies: { postgres: 'up', redis: 'down' } },
  ])
})

test('not ready without a required one, and one that hangs is down after a second', async () => {
  const app = await appWith({ postgres: { check: hangs }, other: { check: down } })
  const answer = await app.inject('/readyz')
  expect([answer.statusCode, answer.json()]).toEqual([
    503,
    { status: 'not_ready', dependencies: { postgres: 'down', other: 'down' } },
  ])
})

test('many probes share one check', async () => {
  let checks = 0
  const check = async () => {
    checks++
  }
  const app = await appWith({ postgres: { check } })
  await Promise.all(Array.from({ length: 20 }, () => app.inject('/readyz')))
  expect(checks).toBe(1)
})

test('not ready while shutting down', async () => {
  const app = await appWith({ postgres: { check: up } })
  app.shuttingDown = true
  const answer = await app.inject('/readyz')
  expect([answer.statusCode, answer.json().status]).toEqual([503, 'shutting_down'])
})
