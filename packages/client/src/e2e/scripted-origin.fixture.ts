import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BEARER_PREFIX, SUBPROTOCOL } from '@farmgate/contracts/close-codes.ts'
import type { InboxServerFrames, RoomServerFrames } from '@farmgate/contracts/server-frames.ts'
import { until } from '@farmgate/testing/until.ts'
import { type WebSocket, WebSocketServer } from 'ws'

type Frame = RoomServerFrames[keyof RoomServerFrames] | InboxServerFrames[keyof InboxServerFrames]
/** What a path answers, now or later: a body, or a status with a problem. */
export type Answer = (
  url: URL,
  method: string,
) => object | Promise<object> | { status: number; code: string; retry_after?: number }

/** One socket as its server sees it. */
export type Visit = {
  url: URL
  token: string
  frames: { type: string; [field: string]: unknown }[]
  say: (frame: Frame) => void
  close: (code: number) => void
  closed: () => boolean
}

/**
 * An origin that does what a test says: for what a gateway does rarely or never. What it does by itself is held by
 * `*.e2e.test.ts`, against the real one.
 */
export async function openScriptedOrigin(answer: Answer) {
  const visits: Visit[] = []
  const asked: string[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://origin')
    asked.push(`${request.method} ${url.pathname}${url.search}`)
    request.resume()
    request.on('end', async () => reply(response, await answer(url, request.method ?? '')))
  })
  const sockets = new WebSocketServer({ server, handleProtocols: () => SUBPROTOCOL })
  sockets.on('connection', (socket, { url, headers }) => {
    const offered = headers['sec-websocket-protocol']?.split(', ') ?? []
    visits.push(visit(socket, new URL(url ?? '', 'http://origin'), offered.at(-1)?.slice(BEARER_PREFIX.length) ?? ''))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    // A server that listens on a port has an address with a port.
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    /** The n-th socket, from 1 on, once it is there. */
    visit: (n: number) => until(() => visits[n - 1], { what: `socket ${n}` }),
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function visit(socket: WebSocket, url: URL, token: string): Visit {
  const frames: Visit['frames'] = []
  socket.on('message', (data) => frames.push(JSON.parse(String(data))))
  return {
    url,
    token,
    frames,
    say: (frame) => socket.send(JSON.stringify(frame)),
    close: (code) => socket.close(code),
    closed: () => socket.readyState === socket.CLOSED,
  }
}

function reply(response: ServerResponse, body: object) {
  if (!('code' in body && 'status' in body)) {
    response.setHeader('content-type', 'application/json')
    return response.end(JSON.stringify(body))
  }
  response.statusCode = Number(body.status)
  response.setHeader('content-type', 'application/problem+json')
  if ('retry_after' in body) response.setHeader('retry-after', String(body.retry_after))
  response.end(JSON.stringify({ type: '/problems/x', title: 'x', detail: 'x', ...body }))
}
