import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import { createLog } from '@farmgate/service-kit/log.ts'
import { until } from '@farmgate/testing/until.ts'
import { expect, test } from 'vitest'
import { openDatabase } from './database.ts'

test('a connection that is lost before it is ready keeps neither its statement nor its slot', async () => {
  const door = createServer((socket) => socket.once('data', () => socket.end()))
  await once(door.listen(0, '127.0.0.1'), 'listening')
  const { port } = door.address() as AddressInfo
  const url = `postgres://nobody:nothing@127.0.0.1:${port}/nowhere`
  const db = openDatabase(url, { name: 'link-test', log: createLog('test', 'silent'), max: 2 })
  const asked = [1, 2, 3, 4].flatMap(() => [db.run((sql) => sql`select 1`), db.begin((tx) => tx`select 1`)])
  const results = await Promise.allSettled(asked)
  expect(results.every((result) => result.status === 'rejected' && isDependencyAway(result.reason))).toBe(true)
  await until(() => db.load().running === 0)
  await db.close()
  door.close()
})
