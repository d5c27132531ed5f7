import { migrate } from './migrate.ts'
import { databaseServices } from './services.ts'

// The migration job of a deployment: applies what is missing to DATABASE_URL and ends.
const adminUrl = process.env.DATABASE_URL
if (!adminUrl) {
  process.stderr.write('DATABASE_URL is not set: it names the database and its admin\n')
  process.exit(1)
}

try {
  await migrate({ adminUrl })
  process.stdout.write(`migrated ${databaseServices.map(({ name }) => name).join(', ')}\n`)
} catch (error) {
  process.stderr.write(`migrating failed: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
