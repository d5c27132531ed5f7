import { setTimeout as wait } from 'node:timers/promises'
import type { WebSocket } from 'ws'
import { Connection, type ConnectionOptions } from './connection.ts'

/** A client that does not answer our goodbye is left after this. */
const GOODBYE_MS = 2_000

export type Connections = {
  /** Takes a socket in the same turn in which it was upgraded, so that none of its frames is lost. */
  accept(ws: WebSocket, requestId: string): Connection
  /** Nothing said from now on is heard; new sockets are sent elsewhere (1012). */
  deafen(): void
  /** Closes every socket with 1012, and waits until they are gone. */
  close(): Promise<void>
}

/** All sockets of this process. */
export function openConnections(options: ConnectionOptions): Connections {
  const open = new Map<Connection, WebSocket>()
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
