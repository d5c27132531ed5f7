import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startPostgres } from '@farmgate/stores/postgres.ts'
import type { Store } from '@farmgate/stores/store.ts'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate } from './migrate.ts'
import { serviceUrl } from './service-url.ts'
import { messagesApi, roomsApi } from './services.ts'

// Least privilege, with the roles and tables that there are: each forbidden statement is tried.

const INSUFFICIENT_PRIVILEGE = '42501'

let dir: string
let server: Store
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'farmgate-privileges-'))
  server = await startPostgres({ dir: path.join(dir, 'postgres') })
  await migrate({ adminUrl: server.url })
})
afterAll(async () => {
  await server.close()
  await rm(dir, { recursive: true })
})

async function codeOf(role: string, statement: string): Promise<string> {
  const sql = postgres(serviceUrl(server.url, role), { max: 1, onnotice: () => undefined })
  try {
    await sql.unsafe(statement)
    return 'allowed'
  } catch (error) {
    return error instanceof postgres.PostgresError ? error.code : String(error)
  } finally {
    await sql.end()
  }
}

describe.each([
  { role: roomsApi.role, own: 'rooms.rooms', others: 'messages.messages', other: messagesApi.role },
  { role: messagesApi.role, own: 'messages.messages', others: 'rooms.rooms', other: roomsApi.role },
])('$role', ({ role, own, others, other }) => {
  test.each([
    `select * from ${others}`,
    `insert into ${others} default values`,
    `update ${others} set room_id = room_id`,
    `delete from ${others}`,
    `truncate ${own}`,
    `create table ${own.split('.')[0]}.more (id int)`,
    'create table public.more (id int)',
    'create temp table more (id int)',
    'create schema more',
    'create role more',
    'create database more',
    `set role ${other}`,
    `alter role ${other} password 'mine'`,
    "select pg_read_file('/etc/passwd')",
    "copy (select 1) to program 'true'",
    'select * from pg_authid',
    "alter system set fsync = 'off'",
    'select pg_reload_conf()',
    `create extension dblink schema ${own.split('.')[0]}`,
    'select * from drizzle.__drizzle_migrations',
    `alter table ${own} disable row level security`,
    `drop table ${own}`,
  ])('may not %s', async (statement) => {
    expect(await codeOf(role, statement)).toBe(INSUFFICIENT_PRIVILEGE)
  })

  test('may read its own', async () => {
    expect(await codeOf(role, `select * from ${own}`)).toBe('allowed')
  })
})
