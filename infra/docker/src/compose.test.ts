import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { redisUsers, rulesOf } from '@farmgate/start/redis-users.ts'
import { origin, ROOT, services } from '@farmgate/start/services.ts'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'

const built = z.looseObject({
  build: z.object({ dockerfile: z.string(), args: z.record(z.string(), z.string()).optional() }).optional(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.unknown()).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ disable: z.boolean().optional() }).optional(),
})
const text = readFileSync(path.join(ROOT, 'docker-compose.yml'), 'utf8')
const compose = z.object({ services: z.record(z.string(), built) }).parse(parse(text, { merge: true })).services

test('every service is there, built from files that are there', () => {
  for (const name of ['migrate', ...[...services, origin].map((row) => row.name)]) {
    const { dockerfile = '', args } = compose[name]?.build ?? {}
    expect(existsSync(path.join(ROOT, dockerfile))).toBe(true)
    expect(existsSync(path.join(ROOT, args?.SERVICE ?? 'services/web', 'src/main.ts'))).toBe(true)
  }
})

test('who waits for another waits for its health, or for its end', () => {
  for (const { depends_on } of Object.values(compose))
    for (const [name, { condition }] of Object.entries(depends_on))
      expect(condition).toBe(name === 'migrate' ? 'service_completed_successfully' : 'service_healthy')
})

test('the demo is seeded where there is one: with the secret of web, out of a file that is there', () => {
  const { build, command = [], environment } = compose.seed ?? {}
  expect(existsSync(path.join(ROOT, build?.args?.SERVICE ?? '', command[0] ?? ''))).toBe(true)
  const { NODE_ENV, JWT_SECRET } = compose.web?.environment ?? {}
  expect(environment).toMatchObject({ NODE_ENV, JWT_SECRET })
})

test('Redis has the users of infra/start, and each service is its own', () => {
  const lines = compose.redis?.command.join('\n') ?? ''
  for (const [service, user] of Object.entries(redisUsers)) {
    expect(lines).toContain(`--user ${user.name} on >\${REDIS_PASSWORD:-farmgate} ${rulesOf(user)}`)
    expect(compose[service]?.environment.REDIS_URL).toContain(`redis://${user.name}:`)
  }
})

test('each service has the secrets that it needs, and no other', () => {
  const told = (variable: string) =>
    Object.keys(compose).filter((name) => variable in (compose[name]?.environment ?? {}))
  expect(told('INTERNAL_TOKEN')).toEqual(['rooms-api', 'messages-api', 'ws-gateway', 'ops'])
  expect(told('DATABASE_URL')).toEqual(['migrate', 'rooms-api', 'messages-api'])
})

test('Node is told what infra/start tells it', () => {
  for (const { name, nodeFlags } of services)
    expect(compose[name]?.environment.NODE_OPTIONS).toEqual(nodeFlags?.join(' '))
})

const validator = 'docker-compose'
test.skipIf(spawnSync(validator, ['version']).status !== 0)('docker-compose finds it valid', () => {
  const { status, stderr } = spawnSync(validator, ['-f', 'docker-compose.yml', 'config', '-q'], { cwd: ROOT })
  expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: '' })
})
