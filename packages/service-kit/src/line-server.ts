import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { WebSocket, WebSocketServer } from 'ws'
import { rawAnswer } from './problems.ts'
import { Refusal } from './refusal.ts'

type Options = {
  /** The one path on which an upgrade is taken; requests for one elsewhere stay plain requests where Node lets them. */
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
/** A neighbour that does not answer a goodbye in this time is gone. */
const GOODBYE_MS = 500
/** A neighbour that vanished without a word is noticed by TCP, so that its line does not stay for ever. */
const KEEP_ALIVE_MS = 30_000
/** `restarting`, as for every socket of ours: another instance answers. */
const RESTARTING = 1012
const LOOK_MS = 10

/**
 * Kept lines (line-client.ts): a WebSocket on which a neighbour asks and we answer, one question at a time. A question
 * costs two frames, where a request costs headers, hooks and a parser at both ends (README.md has what that saves).
 */
export function answerLine(app: Pick<FastifyInstance, 'server' | 'addHook'>, options: Options): void {
  const { path, isInternal, maxBytes, answer } = options
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxBytes,
    perMessageDeflate: false,
    // Neighbours write what they mean; a broken sequence would be one sign in a text.
    skipUTF8Validation: true,
  })
  const busy = new Set<WebSocket>()
  let isClosing = false

  const isOurs = ({ url }: IncomingMessage) => url?.split('?', 1)[0] === path
  const upgrade = (request: IncomingMessage, socket: Socket, head: Buffer) => {
    // From here on the socket is nobody's but ours: HTTP looks after its errors and its end no more.
    socket.on('error', () => socket.destroy())
    if (!isOurs(request)) return refuse(socket, new Refusal('not_found'))
    if (!isInternal(request.headers.authorization)) return refuse(socket, new Refusal('unauthorized'))
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    server.handleUpgrade(request, socket, head, serve)
  }
  const serve = (line: WebSocket) => {
    // ws closes a line that breaks its rules; whoever asks notices.
    line.on('error', () => line.terminate())
    line.on('message', async (data) => {
      // Said while our goodbye was on its way: whoever asks hears that one, and asks another instance.
      if (line.readyState !== WebSocket.OPEN) return
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
    await until(() => busy.size === 0, CLOSE_MS)
    await until(() => server.clients.size === 0, GOODBYE_MS)
    for (const line of server.clients) line.terminate()
  }

  Object.assign(app.server, { shouldUpgradeCallback: isOurs })
  app.server.on('upgrade', upgrade)
  app.addHook('preClose', close)
}

/** Says why, and is rid of the socket also where the other end never closes its half. */
function refuse(socket: Socket, refusal: Refusal): void {
  socket.once('finish', () => socket.destroy())
  socket.end(rawAnswer(refusal))
}

async function until(isSo: () => boolean, ms: number): Promise<void> {
  for (const end = Date.now() + ms; !isSo() && Date.now() < end; ) await wait(LOOK_MS)
}
