import { randomUUID } from 'node:crypto'
import { migrate } from '@farmgate/database/migrate.ts'
import { serviceUrl } from '@farmgate/database/service-url.ts'
import { type DatabaseService, databaseServices } from '@farmgate/database/services.ts'
import postgres from 'postgres'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** The admin's URL of the run's one Postgres server (see global-setup.ts). */
    postgresUrl: string
  }
}

export type TestDatabase = {
  /** As the service connects: its own role, its own schema. */
  url: string
  /** As the owner of everything. */
  adminUrl: string
  /** Drops the database; whoever is still connected is cut off. */
  close(): Promise<void>
}

/** A fresh, migrated database of the run's Postgres, for one test file: `testDatabase('rooms-api')`. */
export async function testDatabase(service: string | DatabaseService): Promise<TestDatabase> {
  const { role, ...rest } = typeof service === 'string' ? serviceNamed(service) : service
  const database = await emptyDatabase()
  await migrate({ adminUrl: database.adminUrl, services: [{ role, ...rest }] })
  return { url: serviceUrl(database.adminUrl, role), ...database }
}

/** A fresh database with nothing in it. */
export async function emptyDatabase(server: string = inject('postgresUrl')): Promise<Omit<TestDatabase, 'url'>> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await asAdmin(server, (sql) => sql`create database ${sql(name)}`)
  return {
    adminUrl: new URL(`/${name}`, server).href,
    close: () => asAdmin(server, (sql) => sql`drop database if exists ${sql(name)} with (force)`),
  }
}

function serviceNamed(name: string): DatabaseService {
  const service = databaseServices.find((candidate) => candidate.name === name)
  if (!service) throw new Error(`${name} has no database: it is not in infra/database/src/services.ts`)
  return service
}

async function asAdmin(url: string, work: (sql: postgres.Sql) => Promise<unknown>) {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  await work(sql).finally(() => sql.end())
}
