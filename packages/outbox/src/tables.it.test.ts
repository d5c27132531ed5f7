import { readFile } from 'node:fs/promises'
import { testDatabase } from '@farmgate/testing/postgres.ts'
import postgres, { type Sql } from 'postgres'
import { expect, test } from 'vitest'

/** Its columns in order and its settings. */
const shapeOf = async (sql: Sql, schema: string) => ({
  columns: await sql`
    select column_name, data_type, is_nullable, column_default, is_identity from information_schema.columns
    where table_schema = ${schema} and table_name = 'outbox' order by ordinal_position`,
  settings: await sql`select reloptions from pg_class where oid = ${`${schema}.outbox`}::regclass`,
})

test.each([
  ['rooms-api', 'rooms'],
  ['messages-api', 'messages'],
])('the outbox of %s is the table of outbox.sql, eager vacuuming too', async (service, schema) => {
  const database = await testDatabase(service)
  const sql = postgres(database.adminUrl, { max: 1 })
  await sql`create schema example`
  await sql.unsafe(await readFile(new URL('../outbox.sql', import.meta.url), 'utf8'))
  expect(await shapeOf(sql, schema)).toEqual(await shapeOf(sql, 'example'))
  await sql.end()
  await database.close()
})
