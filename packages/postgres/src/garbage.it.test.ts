import { createLog } from '@farmgate/service-kit/log.ts'
import { emptyDatabase } from '@farmgate/testing/postgres.ts'
import { survivorBytes } from '@farmgate/testing/survivors.ts'
import { expect, test } from 'vitest'
import { openDatabase } from './database.ts'

test('what a statement said and was answered dies young (infra/patches)', async () => {
  const database = await emptyDatabase()
  const db = openDatabase(database.adminUrl, { name: 'garbage', log: createLog('test', 'silent') })
  const bytes = await survivorBytes(300, () => db.sql`select ${'x'.repeat(16_000)}::text as x`)
  expect(bytes).toBeLessThan(1_500_000)
  await db.close()
  await database.close()
})
