import type { Socket } from 'node:net'
import { type CloseReason, closeCodes } from '@farmgate/contracts/close-codes.ts'
import { type ErrorCode, errorCodes } from '@farmgate/contracts/errors.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import WebSocket, { type RawData } from 'ws'
import { Bucket } from './bucket.ts'
import type { Clock } from './clock.ts'
import { type FrameTable, parseFrame, type RawFrame } from './frames/frame-table.ts'
import type { GatewayMetrics } from './metrics.ts'
import type { Outlet } from './outlet.ts'
import { type TextFrame, textFrame } from './text-frame.ts'

/** More than this waiting to be read: the reader is too slow, and would fill our memory. */
const MAX_WAITING_BYTES = 1024 * 1024
/** From here on, whoever can wait does (a catch-up), so that being long never counts as being slow. */
const PACE_BYTES = 256 * 1024

/** Frames of a socket, `typing` apart. */
const FRAMES = { burst: 300, perS: 50 }
/** `typing` is thinned, not counted, but a flood is a flood. */
const TYPING = { burst: 500, perS: 500 }

const BAD_FRAMES = { most: 10, withinMs: 60_000 }
/** A token within the tolerance of its check (service-kit/auth.ts) lives to the end of it. */
const TOKEN_TOLERANCE_MS = 5_000

export type ConnectionOptions = {
  clock: Clock
  log: Log
  metrics: GatewayMetrics
  outlet: Outlet
  /** Seconds, which are ticks of the clock, between two pings. */
  heartbeatS: number
  rateLimits: boolean
  /** The socket is gone, whoever ended it. */
  onGone: (connection: Connection) => void
}

/** A socket that knows its connection, so that all of them share their listeners. */
export class ConnectedSocket extends WebSocket {
  connection: Connection | undefined
}

/**
 * One WebSocket: what may come in and how fast, whether somebody is still there, why it ends. A client may speak as soon
 * as the handshake is over; it is not read before `hear`, so that nothing is lost and a stranger costs no memory.
 */
export class Connection {
  readonly requestId: string
  readonly #ws: ConnectedSocket
  readonly #wire: Socket
  readonly #options: ConnectionOptions
  /** Made when they are needed: most sockets say nothing for hours. */
  #frames: Bucket | undefined
  #typing: Bucket | undefined
  #handle: ((raw: RawFrame) => void) | undefined
  #deaf = false
  #paused = false
  #bad: number[] | undefined
  #heardAt: number
  #pingAt: number
  #exp = 0
  #expiresAt = Number.POSITIVE_INFINITY
  #closed = false
  #whenClosed: (() => void)[] = []

  /** `wire` is what `ws` was upgraded from. */
  constructor(ws: ConnectedSocket, wire: Socket, requestId: string, options: ConnectionOptions) {
    const { clock, heartbeatS } = options
    this.requestId = requestId
    this.#ws = ws
    this.#wire = wire
    this.#options = options
    this.#heardAt = clock.ticks
    // Spread: ten thousand sockets that came at once are not pinged at once.
    this.#pingAt = clock.ticks + 1 + Math.floor(Math.random() * heartbeatS)
    ws.connection = this
    ws.on('message', onMessage).on('pong', onSign).on('ping', onSign).on('error', onError).on('close', onClose)
    // Before ws, which would end without a word.
    wire.prependListener('end', () => this.#cutOff())
    this.pause()
  }

  /** Closing or closed: nothing more is heard or sent. */
  get closed(): boolean {
    return this.#closed
  }

  /** Calls back once, as soon as the connection ends from either side; at once where it has. */
  onClosed(hear: () => void): void {
    if (this.#closed) hear()
    else this.#whenClosed.push(hear)
  }

  /** From now on frames are handled for `session`; those that have come already come first. */
  hear<Session>(table: FrameTable<Session>, session: Session): void {
    this.#handle = (raw) => table.handle(session, raw)
    this.resume()
  }

  /** Stops hearing: what is said from now on is not answered, so that its sender says it again elsewhere. */
  deafen(): void {
    this.#deaf = true
  }

  /** Sends a frame, as `textFrame` makes it or as its text; closes a reader that is too slow for it. */
  send(frame: TextFrame | string): void {
    this.#write(frame)
    if (this.#wire.writableLength > MAX_WAITING_BYTES) this.close('too_slow')
  }

  /** The same; gives a promise where the next frame should wait for the reader. */
  sendPaced(frame: TextFrame | string): Promise<void> | undefined {
    if (this.#wire.writableLength < PACE_BYTES) return void this.#write(frame)
    return new Promise((resolve) => this.#write(frame, resolve))
  }

  /** Past ws, which would make a header for each socket and write it apart. It has nothing of its own in between. */
  #write(frame: TextFrame | string, onFlushed?: () => void) {
    if (this.#closed || this.#ws.readyState !== WebSocket.OPEN) return onFlushed?.()
    this.#options.metrics.framesOut.inc()
    this.#options.outlet.write(this.#wire, typeof frame === 'string' ? textFrame(frame) : frame, onFlushed)
  }

  /** Answers a frame that was refused; the socket stays open. */
  refuse(code: ErrorCode, detail: string | undefined, clientMessageId?: unknown): void {
    const about = isClientMessageId(clientMessageId) ? { client_message_id: clientMessageId } : {}
    this.send(JSON.stringify({ type: 'error', code, detail: detail ?? errorCodes[code].title, ...about }))
  }

  /** The token's `exp`, in seconds: at that moment the socket closes, unless a later one comes. */
  liveUntil(exp: number): void {
    const at = exp * 1_000
    this.#exp = exp
    this.#expiresAt = at > Date.now() ? at : at + TOKEN_TOLERANCE_MS
  }

  /** The same for a token that replaces an earlier one; false where it is not later. */
  extendUntil(exp: number): boolean {
    if (exp <= this.#exp) return false
    this.liveUntil(exp)
    return true
  }

  /** Reads no more: what the client says waits with the client. */
  pause(): void {
    this.#paused = true
    this.#ws.pause()
  }

  /** The same, since too much of what it said is not answered yet. */
  holdBack(): void {
    this.#options.metrics.heldBack.inc()
    this.pause()
  }

  resume(): void {
    this.#paused = false
    this.alive()
    this.#ws.resume()
  }

  close(reason: CloseReason): void {
    if (this.#closed) return
    // The client's goodbye shall be read.
    this.#ws.resume()
    this.#options.metrics.countClose(reason)
    this.#ws.close(closeCodes[reason].code, closeCodes[reason].says)
    this.end()
  }

  terminate(): void {
    this.#ws.terminate()
  }

  /** No more comes, and there was no goodbye: a proxy in between stops. Whoever is behind it shall come back. */
  #cutOff(): void {
    if (this.#closed) return
    this.#ws.close(closeCodes.restarting.code, closeCodes.restarting.says)
    this.end()
  }

  /** Once per tick of the clock. */
  tick(): void {
    const { clock, heartbeatS } = this.#options
    if (this.#paused) this.alive()
    if (Date.now() >= this.#expiresAt) this.close('unauthorized')
    else if (clock.ticks - this.#heardAt > 2 * heartbeatS) this.close('silent')
    else if (clock.ticks >= this.#pingAt) {
      this.#pingAt = clock.ticks + heartbeatS
      this.#ws.ping()
    }
  }

  /** Somebody is there. */
  alive(): void {
    this.#heardAt = this.#options.clock.ticks
  }

  /** The socket is broken or gone. */
  end(): void {
    if (this.#closed) return
    this.#closed = true
    for (const hear of this.#whenClosed) hear()
    this.#whenClosed = []
  }

  /** The socket is gone. */
  gone(): void {
    this.end()
    this.#options.onGone(this)
  }

  take(data: RawData, isBinary: boolean) {
    if (this.#closed || this.#deaf) return
    this.alive()
    this.#options.metrics.framesIn.inc()
    if (isBinary || !Buffer.isBuffer(data)) return this.close('unsupported_data')
    const raw = parseFrame(data.toString())
    if (this.#options.rateLimits && !this.#mayCome(raw)) return this.close('rate_limited')
    try {
      if (!raw) throw new Refusal('bad_frame', 'a frame is a JSON object with a type')
      this.#handle?.(raw)
    } catch (error) {
      this.#refused(error, raw)
    }
  }

  #mayCome(raw: RawFrame | undefined): boolean {
    const now = Date.now()
    if (raw?.type === 'typing') {
      this.#typing ??= new Bucket(TYPING, now)
      return this.#typing.take(now)
    }
    this.#frames ??= new Bucket(FRAMES, now)
    return this.#frames.take(now)
  }

  #refused(error: unknown, raw: RawFrame | undefined) {
    if (!(error instanceof Refusal)) {
      this.#options.log.error({ err: error, request_id: this.requestId, type: raw?.type }, 'frame.failed')
      return this.refuse('internal', undefined, raw?.client_message_id)
    }
    if (error.code === 'bad_frame' && this.#tooManyBad()) return this.close('bad_frames')
    this.refuse(error.code, error.detail, raw?.client_message_id)
  }

  #tooManyBad(): boolean {
    const now = Date.now()
    this.#bad = [...(this.#bad ?? []).filter((at) => at > now - BAD_FRAMES.withinMs), now]
    return this.#bad.length >= BAD_FRAMES.most
  }
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean) {
  connectionOf(this)?.take(data, isBinary)
}

/** A ping or a pong. */
function onSign(this: WebSocket) {
  connectionOf(this)?.alive()
}

/** A frame too large, or no WebSocket at all: ws closes with the code that fits. */
function onError(this: WebSocket) {
  connectionOf(this)?.end()
}

function onClose(this: WebSocket) {
  connectionOf(this)?.gone()
}

const connectionOf = (ws: WebSocket) => (ws instanceof ConnectedSocket ? ws.connection : undefined)

const isClientMessageId = (id: unknown): id is string => typeof id === 'string' && id.length >= 1 && id.length <= 64
