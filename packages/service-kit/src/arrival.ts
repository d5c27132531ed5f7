import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { rawAnswer } from './problems.ts'
import { Refusal } from './refusal.ts'

/** How long a request may take to arrive; else 408. */
export type Arrival = {
  headersMs: number
  /** Without a single byte of the body. A photo over a slow line may take its time, as long as it moves. */
  silenceMs: number
  /** All of it: a body that trickles on purpose holds a connection no longer than this. */
  totalMs: number
}

export const ARRIVAL: Arrival = { headersMs: 10_000, silenceMs: 10_000, totalMs: 120_000 }

/** Refuses a body that stands still. Node itself looks at headers and at the whole, not at silence. */
export function refuseSilence(server: Server, silenceMs: number): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.complete) return
    const { socket } = request
    socket.setTimeout(silenceMs)
    request.on('timeout', () => {
      // Nobody reads: it is we who are slow (a service behind us stands still), and not the client.
      if (!request.readableFlowing && !request.complete) return void socket.setTimeout(silenceMs)
      if (!response.headersSent) socket.write(rawAnswer(new Refusal('request_timeout')))
      socket.destroySoon()
    })
    // Once answered, the time-out is that of an idle connection, which Node has set by then.
    request.once('end', () => response.writableFinished || socket.setTimeout(0))
  })
}
