import { migrate } from './migrate.ts'
import { passwordsOf } from './passwords.ts'
import { databaseServices } from './services.ts'

// The migration job of a deployment: applies what is missing to DATABASE_URL and ends.
try {
  const adminUrl = process.env.DATABASE_URL
  if (!adminUrl) throw new Error('DATABASE_URL is not set: it names the database and its admin')
  await migrate({ adminUrl, passwords: passwordsOf(process.env) })
  process.stdout.write(`migrated ${databaseServices.map(({ name }) => name).join(', ')}\n`)
} catch (error) {
  process.stderr.write(`migrating failed: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
