import { once } from 'node:events'
import { Agent, type IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { App } from '@farmgate/service-kit/app.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import { headersOf, PROBLEM_JSON, problemOf, rawAnswer } from '@farmgate/service-kit/problems.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { ProxyServer } from 'httpxy'
import { createStamp } from './forwarded.ts'
import { type Target, targetOf } from './targets.ts'

type Options = { log: Log; trustedProxies: string; targets: Record<Target, string> }

/** Of silence, not in total. Longer than any deadline behind, so that theirs answers; and nobody waits for 10 s. */
const SILENCE_MS = 9_000

/** What has been uploaded is still decoded. */
const UPLOAD_SILENCE_MS = 15_000

/** An upgrade is answered by the gateway at once, or something is wrong. */
const UPGRADE_MS = 10_000

/** What sockets get, when we stop, to be closed by their gateway (1012) before we cut them. */
const DRAIN_MS = 5_000

const LOOK_MS = 50

/**
 * Puts the services behind the app: what has a target is streamed there and back, before Fastify sees it; everything else
 * is the app's. Upgraded sockets become a plain tunnel, so frames, pings and close codes pass as the bytes that they are.
 */
export function forwardTo(app: App, { log, trustedProxies, targets }: Options) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1_024 })
  const proxy = new ProxyServer({ upgradeTimeout: UPGRADE_MS })
  const stamp = createStamp(trustedProxies)
  /** The client's end of each, and the gateway's. */
  const tunnels = new Map<Socket, Socket>()
  const [ours] = app.server.listeners('request')

  proxy.on('error', (error, request, client) => {
    log.warn({ err: error, request_id: request?.headers['x-request-id'] }, 'forward.failed')
    if (client) refuse(client, new Refusal('unavailable'), request)
  })
  proxy.on('proxyRes', ({ headers }) => {
    if (app.shuttingDown) headers.connection = 'close'
  })
  proxy.on('proxyReqWs', (request, _request, client) => {
    request.once('upgrade', (_answer, service) => couple(client, service))
  })

  /** Ends one side where the other has gone: else a client that vanishes leaves its half with the gateway. */
  function couple(client: Socket, service: Socket) {
    tunnels.set(client, service)
    client.once('close', () => {
      tunnels.delete(client)
      service.destroy()
    })
    service.once('close', () => client.destroySoon())
  }

  function onRequest(request: IncomingMessage, response: ServerResponse) {
    const target = targetOf(request.url ?? '')
    if (!target) return void ours?.call(app.server, request, response)
    stamp(request)
    withoutUpgrade(request)
    proxy
      .web(request, response, { target: targets[target], agent, proxyTimeout: silenceOf(request) })
      .catch((error: unknown) => {
        log.warn({ err: error }, 'forward.broken')
        response.destroy()
      })
  }

  function onUpgrade(request: IncomingMessage, client: Socket, head: Buffer) {
    if (app.shuttingDown) return refuse(client, new Refusal('unavailable'), request)
    stamp(request)
    proxy.ws(request, client, { target: targets['ws-gateway'], agent: false }, head).catch((error: unknown) => {
      log.warn({ err: error }, 'forward.broken')
      client.destroy()
    })
  }

  // A wish to speak another protocol (curl offers h2c) is no refusal of HTTP: only sockets leave the request path.
  Object.assign(app.server, { shouldUpgradeCallback: wantsSocket })
  if (ours) app.server.removeListener('request', ours as () => void)
  app.server.on('request', onRequest)
  app.server.on('upgrade', onUpgrade)
  app.addHook('preClose', async () => {
    // Connections that became idle after the stop began are nobody else's to close.
    setInterval(() => app.server.closeIdleConnections(), LOOK_MS).unref()
    for (const [client, service] of tunnels) hangUp(client, service)
    await drained(tunnels.keys())
    for (const client of tunnels.keys()) client.destroy()
  })
  app.addHook('onClose', async () => agent.destroy())
}

const silenceOf = ({ url = '' }: IncomingMessage) => (url.startsWith('/chat/images') ? UPLOAD_SILENCE_MS : SILENCE_MS)

const wantsSocket = ({ url = '', headers }: IncomingMessage) =>
  targetOf(url) === 'ws-gateway' && headers.upgrade?.toLowerCase() === 'websocket'

/** Upgrade is between two hops: an ordinary request takes none along. */
function withoutUpgrade({ headers }: IncomingMessage) {
  if (headers.upgrade === undefined) return
  delete headers.upgrade
  delete headers.connection
}

/** Answers in place of a service, unless an answer is already on its way. */
function refuse(client: unknown, refusal: Refusal, request?: IncomingMessage) {
  const id = request?.headers['x-request-id']
  if (client instanceof Socket) {
    if (client.writable && client.bytesWritten === 0) client.end(rawAnswer(refusal, id?.toString()))
    return
  }
  if (!(client instanceof ServerResponse)) return
  if (client.headersSent) return void client.destroy()
  client
    .writeHead(refusal.status, {
      ...headersOf(refusal),
      'content-type': PROBLEM_JSON,
      'cache-control': 'no-store',
      ...(id !== undefined && { 'x-request-id': id }),
    })
    .end(JSON.stringify(problemOf(refusal)))
}

/**
 * Tells the gateway that no more comes, so that it closes the socket in order. What the client still says is lost, not
 * acknowledged, and said again elsewhere.
 */
function hangUp(client: Socket, service: Socket) {
  client.unpipe(service).resume()
  service.end()
}

/** Resolves when all of them are closed, or after DRAIN_MS. */
async function drained(clients: Iterable<Socket>) {
  const signal = AbortSignal.timeout(DRAIN_MS)
  await Promise.allSettled(Array.from(clients, (client) => once(client, 'close', { signal })))
}
