import type { IncomingMessage, ServerResponse } from 'node:http'
import { BEARER_PREFIX, type CloseReason, MAX_FRAME_BYTES, SUBPROTOCOL } from '@farmgate/contracts/close-codes.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { type Auth, bearerToken, type User } from '@farmgate/service-kit/auth.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { Limit, RateLimits } from '@farmgate/service-kit/rate-limits.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import websocket, { type WebsocketPluginOptions } from '@fastify/websocket'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type WebSocket from 'ws'
import type { Config } from './config.ts'
import { ConnectedSocket, type Connection } from './connection.ts'
import type { Connections } from './connections.ts'
import { openTurnstile } from './turnstile.ts'

/** A client that does not answer our close frame is left after this. */
const CLOSE_TIMEOUT_MS = 5_000
/** Sockets that one address may open, over all gateways: a town may stand behind one, and so does a test-suite. */
export const SOCKET_LIMITS = { handshakes: { points: 3_000, durationS: 60 } } as const satisfies Record<string, Limit>
/** Sockets of a route that wait for their welcome, or catch up. Whoever comes beyond that comes back later. */
const MAX_ENTERING = 1_000

const SOCKETS = {
  // The types of ws leave out what a class inherits beside its instances.
  WebSocket: ConnectedSocket as unknown as NonNullable<WebsocketPluginOptions['options']>['WebSocket'],
  maxPayload: MAX_FRAME_BYTES,
  // 11 times the CPU at 1 KB.
  perMessageDeflate: false,
  clientTracking: false,
  closeTimeout: CLOSE_TIMEOUT_MS,
  /** The token travels beside it and is never answered. */
  handleProtocols: (protocols: Set<string>) => protocols.has(SUBPROTOCOL) && SUBPROTOCOL,
}

/**
 * WebSockets on this app. `beforeClose` is what happens at shutdown while sockets are still open: without one of ours
 * they would be closed with 1005, which tells a client nothing.
 */
export async function acceptSockets(app: App, beforeClose: () => Promise<void>): Promise<void> {
  await app.register(websocket, {
    options: SOCKETS,
    // A connection looks after its errors itself (connection.ts).
    errorHandler: (error, _socket, request) => request.log.debug({ err: error }, 'socket.error'),
    preClose: beforeClose,
  })
  app.addHook('onRequest', async (request) => {
    const isSocketRoute = request.routeOptions.url?.startsWith('/ws/') ?? false
    if (request.ws && !isSocketRoute) throw new Refusal('not_found')
  })
}

export type Greeter = {
  connections: Connections
  auth: Auth
  limits: RateLimits<'handshakes'>
  log: Log
  config: Pick<Config, 'ALLOWED_ORIGINS' | 'WS_QUERY_TOKEN'>
}

/** Lets an authenticated user in: everything a welcome needs. What it throws closes the socket with the code that fits. */
type Enter = (connection: Connection, user: User, request: FastifyRequest) => Promise<void>

/**
 * A WebSocket route. A foreign Origin is refused with 403 before the upgrade; any other bad caller is let through and
 * closed at once, since a browser cannot see the status of a refused upgrade (/asyncapi.json).
 */
export function socketRoute(app: App, url: string, greeter: Greeter, enter: Enter): void {
  const { connections, auth, limits, log, config } = greeter
  const entering = openTurnstile(MAX_ENTERING)
  const responses = new WeakMap<IncomingMessage, ServerResponse>()
  const greet = async (ws: WebSocket, request: FastifyRequest) => {
    if (!(ws instanceof ConnectedSocket)) throw new Error('a socket of another class')
    forget(ws, request.raw, responses.get(request.raw))
    const connection = connections.accept(ws, request.raw.socket, request.id)
    try {
      app.eventLoop.refuseWhenLate()
      await limits.take('handshakes', request.ip)
      const user = await auth.verifyToken(tokenOf(request, config.WS_QUERY_TOKEN))
      connection.liveUntil(user.exp)
      // A service has no room and no chat list: for it there is nothing here.
      if (user.isService) throw new Refusal('unknown_room')
      connections.admit(connection, user.id, request.ip)
      if (!connection.closed) await entering(() => enter(connection, user, request))
    } catch (error) {
      const reason = closeReasonOf(error)
      if (!reason) log.error({ err: error, request_id: request.id }, 'socket.failed')
      connection.close(reason ?? 'overloaded')
    }
  }
  app.route({
    method: 'GET',
    url,
    config: { access: 'open' },
    schema: { hide: true },
    onRequest: async ({ headers: { origin }, raw }, reply) => {
      responses.set(raw, reply.raw)
      if (origin !== undefined && !config.ALLOWED_ORIGINS.includes(origin)) throw new Refusal('origin_not_allowed')
    },
    handler: (_request, reply: FastifyReply) => {
      reply.header('upgrade', 'websocket')
      throw new Refusal('upgrade_required')
    },
    wsHandler: greet,
  })
}

/**
 * The plugin's listener for errors and the response that is never sent would keep the whole request, 8 KB of it, for as
 * long as its socket lives.
 */
function forget(ws: WebSocket, { socket }: IncomingMessage, response: ServerResponse | undefined) {
  ws.removeAllListeners('error')
  response?.detachSocket(socket)
}

/** By preference: the subprotocol, the header, the query where it is allowed. '' where there is none. */
function tokenOf({ headers, query }: FastifyRequest, queryAllowed: boolean): string {
  const offered = headers['sec-websocket-protocol']?.split(',').map((protocol) => protocol.trim()) ?? []
  const bearer = offered.find((protocol) => protocol.startsWith(BEARER_PREFIX))
  return (
    bearer?.slice(BEARER_PREFIX.length) ?? bearerToken(headers.authorization) ?? (queryAllowed ? inQuery(query) : '')
  )
}

function inQuery(query: unknown): string {
  const token = query && typeof query === 'object' && 'token' in query ? query.token : ''
  return typeof token === 'string' ? token : ''
}

/** Undefined: a bug of ours. */
function closeReasonOf(error: unknown): CloseReason | undefined {
  if (isDependencyAway(error)) return 'overloaded'
  if (!(error instanceof Refusal)) return undefined
  switch (error.code) {
    case 'unauthorized':
      return 'unauthorized'
    case 'unknown_room':
      return 'unknown_room'
    case 'bad_request':
      return 'bad_frames'
    case 'rate_limited':
      return 'rate_limited'
    default:
      return 'overloaded'
  }
}
