import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startPostgres } from '@farmgate/stores/postgres.ts'
import type { Store } from '@farmgate/stores/store.ts'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { migrate } from './migrate.ts'
import { serviceUrl } from './service-url.ts'
import type { DatabaseService } from './services.ts'

let dir: string
let server: Store
let services: DatabaseService[]
let adminUrl: string
let databases = 0

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'farmgate-database-'))
  server = await startPostgres({ dir: path.join(dir, 'postgres') })
  services = [await fixture('barn', 'hay'), await fixture('field', 'wheat')]
})
afterAll(async () => {
  await server.close()
  await rm(dir, { recursive: true })
})
beforeEach(async () => {
  const name = `farm_${++databases}`
  await query(server.url, `create database ${name}`)
  adminUrl = new URL(`/${name}`, server.url).href
})

test('five starters at once, over two databases, all succeed and apply each migration once', async () => {
  await query(server.url, 'create database farm_beside')
  const beside = new URL('/farm_beside', server.url).href
  const starters = [adminUrl, beside, adminUrl, beside, adminUrl]
  await Promise.all(starters.map((url) => migrate({ adminUrl: url, services })))
  expect(await query(adminUrl, 'select count(*)::int as times from drizzle.barn')).toEqual([{ times: 1 }])
  expect(await query(as('barn'), 'select * from barn.hay')).toEqual([])
})

test('a service reads and writes its own schema', async () => {
  await migrate({ adminUrl, services })
  const written = await query(as('barn'), `insert into barn.hay (what) values ('dry') returning id, what`)
  expect(written).toEqual([{ id: 1, what: 'dry' }])
})

test.each([
  ["another's tables", 'select * from field.wheat'],
  ['the shape of its own', 'create table barn.more (id int)'],
  ['truncating its own', 'truncate barn.hay'],
  ['the public schema', 'create table public.more (id int)'],
  ['temporary tables', 'create temp table more (id int)'],
  ['the list of migrations', 'select * from drizzle.barn'],
])('a service cannot reach %s', async (_, statement) => {
  await migrate({ adminUrl, services })
  await expect(query(as('barn'), statement)).rejects.toThrow(/permission denied/)
})

test('a later migration is applied to what is there, and its tables are the role’s too', async () => {
  await migrate({ adminUrl, services })
  const grown = await fixture('barn', 'hay', 'straw')
  await migrate({ adminUrl, services: [grown] })
  expect(await query(as('barn'), 'select * from barn.straw')).toEqual([])
})

test('its sessions have time limits and wait for the disk', async () => {
  await migrate({ adminUrl, services })
  const shown = `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
    current_setting('synchronous_commit') as sync`
  expect(await query(as('barn'), shown)).toEqual([{ statement: '8s', lock: '3s', sync: 'on' }])
})

test('a role that has another password gets ours', async () => {
  await migrate({ adminUrl, services })
  await query(server.url, "alter role farmgate_barn password 'forgotten'")
  await migrate({ adminUrl, services })
  expect(await query(as('barn'), 'select current_user as me')).toEqual([{ me: 'farmgate_barn' }])
})

test('a password that the platform gives is the role’s, and a later one replaces it', async () => {
  for (const password of ['first_1', 'second_2']) {
    await migrate({ adminUrl, services, passwords: { barn: password } })
    const me = serviceUrl(adminUrl, 'farmgate_barn', password)
    expect(await query(me, 'select current_user as me')).toEqual([{ me: 'farmgate_barn' }])
  }
})

test('a failing migration leaves nothing behind', async () => {
  const broken = await fixture('shed', 'tools', 'tools')
  await expect(migrate({ adminUrl, services: [broken] })).rejects.toThrow()
  expect(await query(adminUrl, "select to_regclass('shed.tools') as found")).toEqual([{ found: null }])
})

test('an admin without a password works where the server trusts its callers', () => {
  const url = new URL(serviceUrl('postgres://bench@127.0.0.1:15432/db', 'farmgate_rooms_api'))
  expect(url.username).toBe('farmgate_rooms_api')
  expect(url.password).toMatch(/^[0-9a-f]{64}$/)
})

const as = (name: string) => serviceUrl(adminUrl, `farmgate_${name}`)

/** A service with one migration per table. */
async function fixture(name: string, ...tables: string[]): Promise<DatabaseService> {
  const migrations = await mkdtemp(path.join(dir, `${name}-`))
  await mkdir(path.join(migrations, 'meta'))
  const entries = tables.map((table, at) => ({ idx: at, version: '7', when: at + 1, tag: `000${at}_${table}` }))
  await writeFile(path.join(migrations, 'meta/_journal.json'), JSON.stringify({ entries }))
  const sql = (table: string) => `create table ${name}.${table} (id int generated always as identity, what text)`
  await Promise.all(tables.map((table, at) => writeFile(path.join(migrations, `000${at}_${table}.sql`), sql(table))))
  return { name, schema: name, role: `farmgate_${name}`, migrations }
}

async function query(url: string, text: string) {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  return sql.unsafe(text).finally(() => sql.end())
}
