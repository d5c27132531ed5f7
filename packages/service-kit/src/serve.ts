import { once } from 'node:events'
import { Server } from 'node:net'
import type { App } from './app.ts'
import type { Log } from './log.ts'

type Closable = { close(): Promise<void> }

type Options = {
  host: string
  port: number
  /** Several processes share the port; the kernel spreads the connections (Linux). */
  reusePort?: boolean
  log: Log
  /** The whole stop must be done by then, else exit code 1. */
  stopMs?: number
  /** What the service holds, in the order in which it is to be closed once the last request is answered. */
  closing?: readonly Closable[]
}

/** Supervisors kill after 10 s or more: by then we want to have said why we hang. */
const STOP_MS = 9_000

/** Who asks more often than this hears with an answer that we stop; who does not is hung up on while silent. */
const LAST_REQUESTS_MS = 300

/**
 * Listens, and stops in order on SIGTERM or SIGINT: readiness turns false, nothing new is accepted, requests end, also those
 * that were about to come over an open connection, then each part closes. Exit code 0, or 1 where that took too long or
 * something broke. What keeps connections open (sockets) closes them in a `preClose` hook of the app.
 */
export async function serve(app: App, options: Options): Promise<void> {
  const { host, port, reusePort = false, log } = options
  const stop = stopOnce(app, options)
  const fail = (event: string) => (error: unknown) => {
    log.fatal({ err: error }, event)
    process.exit(1)
  }
  process.on('uncaughtException', fail('process.uncaught_exception'))
  process.on('unhandledRejection', fail('process.unhandled_rejection'))
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  try {
    // Fastify's own line would be a sentence, once per address.
    const listening = { host, port, reusePort, listenTextResolver: () => 'server.bound' }
    await app.listen(listening)
    log.info({ origin: app.listeningOrigin, pid: process.pid }, 'service.listening')
  } catch (error) {
    log.fatal({ host, port, reason: reasonOf(error) }, 'service.cannot_listen')
    process.exit(1)
  }
}

/** The first signal stops, the following ones change nothing: the launcher and the terminal may both send one. */
function stopOnce(app: App, { log, closing = [], stopMs = STOP_MS }: Options) {
  let isStopping = false
  return async (signal: string) => {
    if (isStopping) return
    isStopping = true
    app.shuttingDown = true
    log.info({ signal }, 'service.stopping')
    setTimeout(() => {
      log.fatal('service.stop_took_too_long')
      process.exit(1)
    }, stopMs).unref()
    try {
      await lastRequests(app.server)
      await app.close()
      for (const part of closing) await part.close()
      log.info('service.stopped')
      process.exit(0)
    } catch (error) {
      log.fatal({ err: error }, 'service.stop_failed')
      process.exit(1)
    }
  }
}

/**
 * HTTP's own `close` hangs up on every connection that is idle at that moment, and so on whoever is just about to ask. First
 * only new ones are refused (another process of this port takes them), and each answer says `connection: close`.
 */
async function lastRequests(server: Server) {
  Server.prototype.close.call(server)
  const signal = AbortSignal.timeout(LAST_REQUESTS_MS)
  await Promise.allSettled([once(server, 'close', { signal })])
}

const reasonOf = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' ? 'the port is in use' : String(error)
