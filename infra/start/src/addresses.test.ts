import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { keepAddresses, readAddresses } from './addresses.ts'

test('what a start keeps for operators is read again, is for its owner alone, and holds no other secret', async () => {
  const data = await mkdtemp(path.join(tmpdir(), 'farmgate-addresses-'))
  onTestFinished(() => rm(data, { recursive: true }))
  expect(await readAddresses(data)).toEqual({})
  const kept = {
    REDIS_URL: 'redis://:hush@127.0.0.1:7001',
    ROOMS_API_URL: 'http://127.0.0.1:5001',
    MESSAGES_API_URL: 'http://127.0.0.1:5002',
  }
  await keepAddresses(data, { ...kept, ...{ JWT_SECRET: 'hush' } })
  expect(await readAddresses(data)).toEqual(kept)
  expect((await stat(path.join(data, 'addresses.json'))).mode & 0o777).toBe(0o600)
})
