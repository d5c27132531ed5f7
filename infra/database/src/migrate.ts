import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres, { type Sql } from 'postgres'
import { ensureRole, grantOwnSchema, lockDownDatabase } from './roles.ts'
import { rolePassword } from './service-url.ts'
import { type DatabaseService, databaseServices } from './services.ts'

/** An advisory lock of this number, held by whoever migrates a database. Any number that nobody else uses. */
const LOCK = 7_238_114_500
const OLDEST_VERSION = 150_000
const CONNECT_TIMEOUT_S = 8

export type MigrateOptions = {
  /** A superuser, or an owner of the database who may create roles. */
  adminUrl: string
  services?: readonly DatabaseService[]
  /** Of the roles, by the service's name, where a platform gives them; the others follow from the admin's (serviceUrl). */
  passwords?: Readonly<Record<string, string | undefined>>
}

/**
 * Brings a database up to date: for each service its schema, its migrations, and a role of its own that reads and
 * writes that schema only. Any number of starters may do this at once: one works, the others wait and find it done.
 *
 * @throws Error where the server is away, is older than Postgres 15, or a migration fails (nothing of it is left).
 */
export async function migrate({
  adminUrl,
  services = databaseServices,
  passwords = {},
}: MigrateOptions): Promise<void> {
  // One connection: the lock belongs to it, and goes with it should this process die.
  const sql = postgres(adminUrl, { max: 1, connect_timeout: CONNECT_TIMEOUT_S, onnotice: () => undefined })
  try {
    await sql`select pg_advisory_lock(${LOCK})`
    await requireVersion(sql)
    await lockDownDatabase(sql)
    for (const service of services) await migrateService(sql, service, adminUrl, passwords[service.name])
  } finally {
    await sql.end({ timeout: 1 })
  }
}

async function migrateService(sql: Sql, service: DatabaseService, adminUrl: string, given: string | undefined) {
  await sql`create schema if not exists ${sql(service.schema)}`
  await ensureRole(sql, service.role, adminUrl, given ?? rolePassword(adminUrl, service.role))
  await applyMigrations(drizzle(sql), {
    migrationsFolder: service.migrations,
    // In the service's own schema drizzle ends the process without a word.
    migrationsSchema: 'drizzle',
    migrationsTable: service.name,
  })
  await grantOwnSchema(sql, service)
}

async function requireVersion(sql: Sql) {
  const [found] = await sql<{ version: number; name: string }[]>`
    select current_setting('server_version_num')::int as version, current_setting('server_version') as name`
  if (found && found.version < OLDEST_VERSION) throw new Error(`Postgres ${found.name} is too old: 15 is the oldest`)
}
