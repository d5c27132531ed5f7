import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from './stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ instances: { 'rooms-api': 2, 'ws-gateway': 2 } })
})
afterAll(() => stack.close())

test('everything is ready behind the one origin', async () => {
  expect((await fetch(`${stack.url}/readyz`)).status).toBe(200)
})

test('one of two can be killed and revived while the other answers', async () => {
  const [first] = stack.services['rooms-api']
  if (!first) throw new Error('there is no rooms-api')
  const before = first.pid
  first.kill('SIGKILL')
  await first.ended()
  expect((await fetch(`${stack.urls['rooms-api']}/healthz`)).status).toBe(200)
  await stack.revive(first)
  expect(first.pid).not.toBe(before)
})
