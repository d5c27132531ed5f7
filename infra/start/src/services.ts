import path from 'node:path'
import { type DatabaseService, messagesApi, roomsApi } from '@farmgate/database/services.ts'

export const ROOT = path.resolve(import.meta.dirname, '../../..')

export type ServiceName = 'rooms-api' | 'messages-api' | 'ws-gateway' | 'web'
type PortVariable = 'PORT' | 'ROOMS_API_PORT' | 'MESSAGES_API_PORT' | 'WS_GATEWAY_PORT'
type InstancesVariable = 'ROOMS_API_INSTANCES' | 'MESSAGES_API_INSTANCES' | 'WS_GATEWAY_INSTANCES'

/** A process that the launcher runs: where its settings come from. */
export type ServiceRow = {
  name: ServiceName
  /** The variables that hold its port and how many of it run (one, where there is none). */
  port: PortVariable
  instances?: InstancesVariable
  /** Told neither what services call each other with nor, in production, how tokens are signed. */
  keepsNoSecret?: boolean
  /** Its own schema and role, where it keeps facts. */
  database?: DatabaseService
  /** What Node itself is told. */
  nodeFlags?: readonly string[]
}

/** Every service behind the one origin. A further one is a further row. */
export const services: readonly ServiceRow[] = [
  {
    name: 'rooms-api',
    port: 'ROOMS_API_PORT',
    instances: 'ROOMS_API_INSTANCES',
    database: roomsApi,
  },
  {
    name: 'messages-api',
    port: 'MESSAGES_API_PORT',
    instances: 'MESSAGES_API_INSTANCES',
    database: messagesApi,
  },
  {
    name: 'ws-gateway',
    port: 'WS_GATEWAY_PORT',
    instances: 'WS_GATEWAY_INSTANCES',
    // The garbage of many handshakes fills the young generation, and an idle process keeps it: half of Node's 16 MB, and the
    // gateway collects it when a wave has passed (services/ws-gateway/src/waves.ts).
    nodeFlags: ['--max-semi-space-size=8', '--expose-gc'],
  },
]

/** The one origin: the proxy in front of them all. */
export const origin: ServiceRow = { name: 'web', port: 'PORT', keepsNoSecret: true }
