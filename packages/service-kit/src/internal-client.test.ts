import { createServer } from 'node:net'
import { TEST_INTERNAL_TOKEN, TEST_SECRET } from '@farmgate/testing/tokens.ts'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { type App, createApp } from './app.ts'
import { authFields, processFields, readConfig } from './config.ts'
import { DependencyAway } from './dependency.ts'
import { type InternalClient, internalClient } from './internal-client.ts'
import { createLog } from './log.ts'
import { Refusal } from './refusal.ts'

const env = { JWT_SECRET: TEST_SECRET, INTERNAL_TOKEN: TEST_INTERNAL_TOKEN }
const config = readConfig({ ...processFields, ...authFields }, env)
let owner: App
let client: InternalClient

const clientOf = (baseUrl: string, token = TEST_INTERNAL_TOKEN) => {
  const made = internalClient({ name: 'rooms-api', baseUrl, token })
  onTestFinished(() => made.close())
  return made
}

beforeAll(async () => {
  owner = await createApp({ log: createLog('test', 'silent'), config, auth: config })
  owner.post('/internal/echo/', ({ body, id }) => ({ body, id }))
  owner.get('/internal/deadline/', ({ deadline }) => ({ deadline }))
  owner.get('/internal/unknown/', () => {
    throw new Refusal('unknown_room', 'no such room')
  })
  owner.get('/internal/away/', () => {
    throw new DependencyAway('postgres')
  })
  owner.get('/internal/slow/', () => new Promise((done) => setTimeout(done, 1_000, {}).unref()))
  const baseUrl = await owner.listen({ host: '127.0.0.1', port: 0 })
  client = internalClient({ name: 'rooms-api', baseUrl, token: TEST_INTERNAL_TOKEN })
})

afterAll(async () => {
  await client.close()
  await client.close()
  await owner.close()
})

test('an answer is parsed by its schema, and the request id goes along', async () => {
  const schema = z.object({ body: z.object({ n: z.number() }), id: z.string() })
  const call = { deadlineMs: 1_000, requestId: 'r-1', schema }
  expect(await client.post('/internal/echo/', { n: 1 }, call)).toEqual({ body: { n: 1 }, id: 'r-1' })
})

test('the deadline goes along; what comes after it is refused and not begun', async () => {
  const before = Date.now()
  const { deadline } = await client.get('/internal/deadline/', {
    deadlineMs: 1_000,
    schema: z.object({ deadline: z.number() }),
  })
  expect(deadline).toBeGreaterThanOrEqual(before + 1_000)
  expect(deadline).toBeLessThanOrEqual(Date.now() + 1_000)
  const late = { authorization: `Bearer ${TEST_INTERNAL_TOKEN}`, 'x-deadline': String(before - 1) }
  const answer = await owner.inject({ url: '/internal/deadline/', headers: late })
  expect(answer.statusCode).toBe(503)
  expect(answer.json()).toMatchObject({ code: 'unavailable' })
})

test('a body that arrives after the deadline is not worked on', async () => {
  const begun: unknown[] = []
  const slow = await createApp({ log: createLog('test', 'silent'), config, auth: config })
  onTestFinished(() => slow.close())
  slow.post('/internal/begun/', ({ body }) => begun.push(body))
  const url = await slow.listen({ host: '127.0.0.1', port: 0 })
  const deadline = Date.now() + 100
  const body = new ReadableStream({
    async pull(to) {
      while (Date.now() <= deadline) await new Promise((done) => setTimeout(done, 10))
      to.enqueue(new TextEncoder().encode('{}'))
      to.close()
    },
  })
  const answer = await fetch(`${url}/internal/begun/`, {
    method: 'POST',
    duplex: 'half',
    body,
    headers: {
      authorization: `Bearer ${TEST_INTERNAL_TOKEN}`,
      'content-type': 'application/json',
      'x-deadline': `${deadline}`,
    },
  })
  expect(answer.status).toBe(503)
  expect(begun).toEqual([])
})

test("the owner's refusal stays the refusal that it is", async () => {
  await expect(client.get('/internal/unknown/', { deadlineMs: 1_000 })).rejects.toMatchObject({
    name: 'Refusal',
    code: 'unknown_room',
    detail: 'no such room',
  })
})

test.each([
  ['its own dependency away', '/internal/away/'],
  ['too slow', '/internal/slow/'],
])('%s: a dependency away', async (_, path) => {
  await expect(client.get(path, { deadlineMs: 200 })).rejects.toMatchObject({
    name: 'DependencyAway',
    what: 'rooms-api',
  })
})

test('nobody listening: a dependency away', async () => {
  await expect(clientOf('http://127.0.0.1:1').get('/x/', { deadlineMs: 500 })).rejects.toBeInstanceOf(DependencyAway)
})

test('somebody who accepts and is silent: a dependency away, in time', async () => {
  const silent = createServer((socket) => socket.resume())
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done))
  onTestFinished(() => void silent.close())
  const address = silent.address()
  const port = typeof address === 'object' ? address?.port : 0
  const begun = performance.now()
  const asked = clientOf(`http://127.0.0.1:${port}`).get('/x/', { deadlineMs: 200 })
  await expect(asked).rejects.toBeInstanceOf(DependencyAway)
  expect(performance.now() - begun).toBeLessThan(600)
})

test('our own token refused is a fault of ours, and no 401 for the caller', async () => {
  const wrong = clientOf(owner.listeningOrigin, 'x'.repeat(32))
  const asked = wrong.get('/internal/unknown/', { deadlineMs: 1_000 })
  await expect(asked).rejects.toThrow('rooms-api answered 401')
  await expect(asked).rejects.not.toBeInstanceOf(Refusal)
})
