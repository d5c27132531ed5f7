import type { InboxClientFrames } from '@farmgate/contracts/client-frames.ts'
import { BEARER_PREFIX, SUBPROTOCOL } from '@farmgate/contracts/close-codes.ts'
import type { Farmgate } from '../farmgate.ts'
import { untilRenewal } from '../tokens.ts'
import { failure } from './failure.ts'
import { first, step } from './machine.ts'
import type { Effect, Event, State, Step } from './states.ts'
import { type ConnectionStatus, statusOf } from './status.ts'

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Where no newer token is to be had yet. */
const RENEW_AGAIN_MS = 1_000

/** What both kinds of socket say about themselves. The frames of a room or a chat list come on top. */
type LineFrame =
  | { type: 'welcome'; heartbeat_s: number }
  | { type: 'caught_up' }
  | { type: 'resync' }
  | { type: 'pong' | 'error' }

/** What is connected: a room, or a chat list. */
export type Line<Frame extends { type: string }> = {
  /** Path and query of the socket; asked anew for each one. */
  path: () => string
  /** What has to be read before a socket is of use. Throws FarmgateError. */
  prepare: (signal: AbortSignal) => Promise<void>
  /** Nothing that has been read is true any more. */
  forget: () => void
  /** Changes follow the welcome, up to `caught_up`. */
  missed: boolean
  hear: (frame: Frame) => void
  /** The status is another one. */
  changed: (status: ConnectionStatus) => void
}

/** Keeps a line connected: the sockets and timers of machine.ts. */
export class Connection<Frame extends { type: string }, Said extends { type: string }> {
  readonly #farmgate: Farmgate
  readonly #line: Line<Frame>
  readonly #unwatch: () => void
  #state: State
  #alarm: ReturnType<typeof setTimeout> | undefined
  #renewal: ReturnType<typeof setTimeout> | undefined
  #preparation: AbortController | undefined
  #socket: WebSocket | undefined
  #token = ''

  constructor(farmgate: Farmgate, line: Line<Frame>) {
    this.#farmgate = farmgate
    this.#line = line
    this.#unwatch = farmgate.network.watch((type) => this.#happen({ type }))
    const { state, effects } = first(farmgate.network.online())
    this.#state = state
    this.#perform(effects)
  }

  get status(): ConnectionStatus {
    return statusOf(this.#state)
  }

  /** Says it, where the connection is live; false where it is not. That it arrives is not promised. */
  send(frame: Said): boolean {
    return this.#state.name === 'live' && this.#say(frame)
  }

  /** Ends this socket and comes back for what was missed. */
  comeBack(): void {
    if (!this.#socket) return
    this.#drop()
    this.#happen({ type: 'closed', code: 1000 })
  }

  close(): void {
    this.#unwatch()
    this.#happen({ type: 'stop' })
  }

  #happen(event: Event) {
    const { backoff } = this.#farmgate
    this.#enter(step(this.#state, event, { now: Date.now(), random: Math.random(), backoff }))
  }

  #enter({ state, effects }: Step) {
    const before = this.#state
    this.#state = state
    if (state.name !== before.name) clearTimeout(this.#alarm)
    this.#perform(effects)
    if (state.name !== before.name) this.#line.changed(statusOf(state))
  }

  #perform(effects: readonly Effect[]) {
    for (const effect of effects) {
      switch (effect.do) {
        case 'prepare':
          this.#prepare(effect.renew)
          break
        case 'open':
          this.#open()
          break
        case 'drop':
          this.#drop()
          break
        case 'forget':
          this.#line.forget()
          break
        case 'ping':
          this.#say({ type: 'ping' })
          break
        case 'alarm':
          clearTimeout(this.#alarm)
          this.#alarm = setTimeout(() => this.#happen({ type: 'alarm' }), effect.in_ms)
      }
    }
  }

  /** Its end counts only while nothing else has been begun. */
  async #prepare(renew: boolean) {
    const { tokens } = this.#farmgate
    const preparation = new AbortController()
    this.#preparation = preparation
    const end = (event: Event) => preparation.signal.aborted || this.#happen(event)
    try {
      const [token] = await Promise.all([
        renew ? tokens.insteadOf(this.#token) : tokens.get(),
        this.#line.prepare(preparation.signal),
      ])
      this.#token = token
      end({ type: 'prepared' })
    } catch (error) {
      end(failure(error))
    }
  }

  #open() {
    const url = new URL(this.#line.path(), this.#farmgate.origin.replace(/^http/, 'ws'))
    const socket = new WebSocket(url, [SUBPROTOCOL, BEARER_PREFIX + this.#token])
    this.#socket = socket
    // What a socket says that is not ours any more is of no interest.
    socket.onmessage = ({ data }) => socket === this.#socket && this.#hear(JSON.parse(data))
    socket.onclose = ({ code }) => {
      if (socket !== this.#socket) return
      this.#drop()
      this.#happen({ type: 'closed', code })
    }
    this.#renewIn(untilRenewal(this.#token, Date.now()))
  }

  #hear(frame: Frame & LineFrame) {
    switch (frame.type) {
      case 'welcome':
        this.#happen({ type: 'welcome', heartbeat_ms: frame.heartbeat_s * 1_000, missed: this.#line.missed })
        return this.#line.hear(frame)
      case 'caught_up':
        this.#line.hear(frame)
        return this.#happen({ type: 'caught_up' })
      case 'resync':
        return this.#happen({ type: 'resync' })
      default:
        this.#happen({ type: 'heard' })
        this.#line.hear(frame)
    }
  }

  #drop() {
    this.#preparation?.abort()
    clearTimeout(this.#renewal)
    const socket = this.#socket
    this.#socket = undefined
    socket?.close()
  }

  #renewIn(ms: number) {
    clearTimeout(this.#renewal)
    this.#renewal = setTimeout(() => this.#renew(), Math.min(ms, MAX_TIMER_MS))
  }

  /** A new token before the old one expires. Where there is none, the server closes with 4401 and all begins anew. */
  async #renew() {
    const socket = this.#socket
    const token = await this.#farmgate.tokens.get().catch(() => undefined)
    if (socket !== this.#socket) return
    if (token === undefined || token === this.#token) return this.#renewIn(RENEW_AGAIN_MS)
    this.#token = token
    this.#say({ type: 'token.refresh', token })
    this.#renewIn(untilRenewal(token, Date.now()))
  }

  #say(frame: Said | InboxClientFrames[keyof InboxClientFrames]): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false
    this.#socket.send(JSON.stringify(frame))
    return true
  }
}
