import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { left, openResources } from './leaks.ts'
import { until } from './until.ts'

test('a listener, a timer left open are seen, and gone when closed', async () => {
  const before = openResources()
  const server = createServer().listen(0, '127.0.0.1')
  const timer = setInterval(() => undefined, 1_000)
  await once(server, 'listening')
  expect(left(before, openResources()).sort()).toEqual(['TCPServerWrap ×1', 'Timeout ×1'])

  clearInterval(timer)
  server.close()
  await until(() => left(before, openResources()).length === 0)
})
