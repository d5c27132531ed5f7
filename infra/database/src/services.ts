import path from 'node:path'

/** A service that keeps its facts in Postgres: one schema, one role that can touch nothing else. */
export type DatabaseService = {
  name: string
  schema: string
  role: string
  /** The folder with its SQL files and `meta/_journal.json`. */
  migrations: string
}

const SERVICES = path.resolve(import.meta.dirname, '../../../services')

export const roomsApi = databaseService('rooms-api', 'rooms')
export const messagesApi = databaseService('messages-api', 'messages')

/** Every service that owns a schema. */
export const databaseServices: readonly DatabaseService[] = [roomsApi, messagesApi]

function databaseService(name: string, schema: string): DatabaseService {
  const role = `farmgate_${name.replaceAll('-', '_')}`
  return { name, schema, role, migrations: path.join(SERVICES, name, 'migrations') }
}
