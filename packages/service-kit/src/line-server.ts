import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { type WebSocket, WebSocketServer } from 'ws'

type Options = {
  /** The one path on which an upgrade is taken; requests for one elsewhere stay plain requests. */
  path: string
  /** Whether an Authorization header carries the secret that our services share. */
  isInternal(authorization: string | undefined): boolean
  maxBytes: number
  /** Must not reject: a refusal is an answer, too. */
  answer(question: string, line: Line): Promise<string>
}

/** One kept connection of a neighbour; `drop` ends it without an answer. */
export type Line = { drop(): void }

/** What is still being answered when the service stops has this long. */
const CLOSE_MS = 5_000
/** `restarting`, as for every socket of ours: another instance answers. */
const RESTARTING = 1012

/**
 * Kept lines (line-client.ts): a WebSocket on which a neighbour asks and we answer, one question at a time. A question
 * costs two frames, where a request costs headers, hooks and a parser at both ends: a third of its CPU and of its time.
 */
export function answerLine(app: Pick<FastifyInstance, 'server' | 'addHook'>, options: Options): void {
  const { path, isInternal, maxBytes, answer } = options
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxBytes,
    perMessageDeflate: false,
    // What is no UTF-8 is no JSON either.
    skipUTF8Validation: true,
  })
  const busy = new Set<WebSocket>()
  let isClosing = false

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!isInternal(request.headers.authorization)) {
      return void socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
    }
    server.handleUpgrade(request, socket, head, serve)
  }
  const serve = (line: WebSocket) => {
    // ws closes a line that breaks its rules; whoever asks notices.
    line.on('error', () => line.terminate())
    line.on('message', async (data) => {
      busy.add(line)
      const text = await answer(String(data), { drop: () => line.terminate() })
      busy.delete(line)
      line.send(text)
      if (isClosing) line.close(RESTARTING)
    })
    if (isClosing) line.close(RESTARTING)
  }
  const close = async () => {
    isClosing = true
    for (const line of server.clients) if (!busy.has(line)) line.close(RESTARTING)
    const deadline = Date.now() + CLOSE_MS
    while (server.clients.size > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10))
    for (const line of server.clients) line.terminate()
  }

  Object.assign(app.server, { shouldUpgradeCallback: ({ url }: IncomingMessage) => url?.split('?', 1)[0] === path })
  app.server.on('upgrade', upgrade)
  app.addHook('preClose', close)
}
