import { setTimeout as wait } from 'node:timers/promises'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import type { WebSocket } from 'ws'
import { Connection, type ConnectionOptions } from './connection.ts'

/** A client that does not answer our goodbye is left after this. */
const GOODBYE_MS = 2_000
/** Sockets of one user that are open here: tabs and phones, and room for what hangs. */
const MAX_OF_USER = 50

export type Connections = {
  /** Takes a socket in the same turn in which it was upgraded, so that none of its frames is lost. */
  accept(ws: WebSocket, requestId: string): Connection
  /** It is this user's. Throws Refusal('rate_limited') where too many are, and limits are on. */
  admit(connection: Connection, userId: string): void
  /** Nothing said from now on is heard; new sockets are sent elsewhere (1012). */
  deafen(): void
  /** Closes every socket with 1012, and waits until they are gone. */
  close(): Promise<void>
}

/** All sockets of this process. */
export function openConnections(options: ConnectionOptions): Connections {
  const open = new Map<Connection, WebSocket>()
  const ofUser = new Map<string, number>()
  let closing = false

  options.clock.onTick(() => {
    for (const connection of open.keys()) if (!connection.closed) connection.tick()
  })
  options.metrics.sockets(() => open.size)

  return {
    accept(ws, requestId) {
      const connection = new Connection(ws, requestId, options)
      open.set(connection, ws)
      ws.on('close', () => open.delete(connection))
      if (closing) connection.close('restarting')
      return connection
    },
    admit(connection, userId) {
      const others = ofUser.get(userId) ?? 0
      if (options.rateLimits && others >= MAX_OF_USER) throw new Refusal('rate_limited')
      ofUser.set(userId, others + 1)
      connection.onClosed(() => {
        const left = (ofUser.get(userId) ?? 1) - 1
        if (left > 0) ofUser.set(userId, left)
        else ofUser.delete(userId)
      })
    },
    deafen() {
      closing = true
      for (const connection of open.keys()) connection.deafen()
    },
    async close() {
      closing = true
      const gone = [...open.values()].map((ws) => new Promise((resolve) => ws.once('close', resolve)))
      for (const connection of open.keys()) connection.close('restarting')
      await Promise.race([Promise.all(gone), wait(GOODBYE_MS)])
      for (const connection of open.keys()) connection.terminate()
    },
  }
}
