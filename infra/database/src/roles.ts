import postgres, { type Sql } from 'postgres'
import { serviceUrl } from './service-url.ts'
import type { DatabaseService } from './services.ts'

/** A role is shared by all databases of a server, so another database's starter may change it at the same moment. */
const RACES = ['42710', '23505', 'XX000']
const ATTEMPTS = 5

/** What each service's sessions run under, in this database. Times in milliseconds. */
const SESSION = {
  statement_timeout: '8000',
  lock_timeout: '3000',
  idle_in_transaction_session_timeout: '10000',
  // An acknowledgement means "on disk", whatever the server's own default.
  synchronous_commit: 'on',
}

/** Nobody reaches this database, or its public schema, without being named. */
export async function lockDownDatabase(sql: Sql): Promise<void> {
  const database = await nameOf(sql)
  await sql`revoke connect, temporary on database ${sql(database)} from public`
  await sql`revoke all on schema public from public`
}

/** A login role with the given password: letters, digits, `_ . ~ -` only, for it stands in the statement. */
export async function ensureRole(sql: Sql, role: string, adminUrl: string, password: string, attempt = 1) {
  const database = await nameOf(sql)
  const login = `login password '${password}'`
  try {
    const [found] = await sql`select from pg_roles where rolname = ${role}`
    if (!found) await sql`create role ${sql(role)} ${sql.unsafe(login)}`
    await sql`grant connect on database ${sql(database)} to ${sql(role)}`
    if (!(await canLogIn(serviceUrl(adminUrl, role, password)))) await sql`alter role ${sql(role)} ${sql.unsafe(login)}`
  } catch (error) {
    const isRace = error instanceof postgres.PostgresError && RACES.includes(error.code)
    if (!isRace || attempt === ATTEMPTS) throw error
    await ensureRole(sql, role, adminUrl, password, attempt + 1)
  }
}

/** All of its own schema but its shape; that holds for what later migrations add, too. */
export async function grantOwnSchema(sql: Sql, { role, schema }: DatabaseService): Promise<void> {
  const [to, within] = [sql(role), sql(schema)]
  await sql`grant usage on schema ${within} to ${to}`
  await sql`grant select, insert, update, delete on all tables in schema ${within} to ${to}`
  await sql`grant usage, select, update on all sequences in schema ${within} to ${to}`
  await sql`alter default privileges in schema ${within} grant select, insert, update, delete on tables to ${to}`
  await sql`alter default privileges in schema ${within} grant usage, select, update on sequences to ${to}`
  const database = await nameOf(sql)
  for (const [name, value] of Object.entries(SESSION))
    await sql`alter role ${to} in database ${sql(database)} set ${sql(name)} = ${sql.unsafe(`'${value}'`)}`
}

async function canLogIn(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => undefined })
  try {
    await sql`select 1`
    return true
  } catch {
    return false
  } finally {
    await sql.end({ timeout: 1 })
  }
}

async function nameOf(sql: Sql): Promise<string> {
  const [found] = await sql<{ name: string }[]>`select current_database() as name`
  return found?.name ?? ''
}
