import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startPostgres } from '@farmgate/stores/postgres.ts'
import type { TestProject } from 'vitest/node'
import type {} from './postgres.ts'

/** One Postgres server for the whole run; each test file makes a database of its own in it. */
export async function setup(project: TestProject) {
  const dir = await mkdtemp(path.join(tmpdir(), 'farmgate-postgres-'))
  const server = await startPostgres({ dir })
  project.provide('postgresUrl', server.url)
  return async () => {
    await server.close()
    await rm(dir, { recursive: true, force: true })
  }
}
