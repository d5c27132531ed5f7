import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { type ConnectedSocket, Connection, type ConnectionOptions } from './connection.ts'
import { Outlet } from './outlet.ts'
import { afterWaves } from './waves.ts'

/** A client that does not answer our goodbye is left after this. */
const GOODBYE_MS = 2_000
/** Sockets of one user that are open here: tabs and phones, and room for what hangs. */
const MAX_OF_USER = 50

/** At the end sockets are let go in steps, so that they do not all come to the other gateways in one moment. */
const STEP_MS = 100
const MOST_STEPS = 25
const STEP_SOCKETS = 10

export type Connections = {
  /** Takes a socket in the same turn in which `wire` was upgraded to it, so that none of its frames is lost. */
  accept(ws: ConnectedSocket, wire: Socket, requestId: string): Connection
  /** It is this user's, at this address. Throws Refusal('rate_limited') where too many are, and limits are on. */
  admit(connection: Connection, userId: string, address: string): void
  /** Nothing said from now on is heard; new sockets are sent elsewhere (1012). */
  deafen(): void
  /** Closes every socket with 1012, over 2.5 s where they are many, and waits until they are gone. */
  close(): Promise<void>
}

export type ConnectionsOptions = Omit<ConnectionOptions, 'onGone' | 'outlet'> & {
  /** Sockets of one address that are open here. */
  mostOfAddress: number
}

/** All sockets of this process. */
export function openConnections(given: ConnectionsOptions): Connections {
  const open = new Set<Connection>()
  const allGone = Promise.withResolvers<void>()
  const ofUser = countOpen(given.rateLimits ? MAX_OF_USER : Number.POSITIVE_INFINITY)
  const ofAddress = countOpen(given.rateLimits ? given.mostOfAddress : Number.POSITIVE_INFINITY)
  let closing = false
  const options: ConnectionOptions = {
    ...given,
    outlet: new Outlet(),
    onGone(connection) {
      open.delete(connection)
      if (closing && open.size === 0) allGone.resolve()
    },
  }

  options.clock.onTick(() => {
    for (const connection of open) if (!connection.closed) connection.tick()
  })
  options.metrics.sockets(() => open.size)
  const countHandshake = afterWaves(options.clock, () => open.size, collectGarbage)

  return {
    accept(ws, wire, requestId) {
      const connection = new Connection(ws, wire, requestId, options)
      open.add(connection)
      countHandshake()
      if (closing) connection.close('restarting')
      return connection
    },
    admit(connection, userId, address) {
      ofUser(connection, userId)
      ofAddress(connection, address)
    },
    deafen() {
      closing = true
      for (const connection of open) connection.deafen()
    },
    async close() {
      closing = true
      await closeInSteps([...open])
      if (open.size > 0) await Promise.race([allGone.promise, wait(GOODBYE_MS)])
      for (const connection of open) connection.terminate()
    },
  }
}

/** Moves together what lives, so that memory is given back. Only where Node was started with --expose-gc (infra/start). */
const collectGarbage = () => void globalThis.gc?.({ type: 'major', execution: 'async', flavor: 'last-resort' })

async function closeInSteps(leaving: readonly Connection[]) {
  const size = Math.max(STEP_SOCKETS, Math.ceil(leaving.length / MOST_STEPS))
  for (let at = 0; at < leaving.length; at += size) {
    if (at > 0) await wait(STEP_MS)
    for (const connection of leaving.slice(at, at + size)) connection.close('restarting')
  }
}

/** Counts what is open by whose it is; throws Refusal('rate_limited') where `most` are there already. */
function countOpen(most: number) {
  const counts = new Map<string, number>()
  return (connection: Connection, whose: string) => {
    if (most === Number.POSITIVE_INFINITY) return
    const others = counts.get(whose) ?? 0
    if (others >= most) throw new Refusal('rate_limited')
    counts.set(whose, others + 1)
    connection.onClosed(() => {
      const left = (counts.get(whose) ?? 1) - 1
      if (left > 0) counts.set(whose, left)
      else counts.delete(whose)
    })
  }
}
