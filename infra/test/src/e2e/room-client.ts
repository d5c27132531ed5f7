import { setTimeout as wait } from 'node:timers/promises'
import { BEARER_PREFIX, closeCodes, SUBPROTOCOL } from '@farmgate/contracts/close-codes.ts'
import type { ErrorCode } from '@farmgate/contracts/errors.ts'
import type { Message } from '@farmgate/contracts/messages.ts'
import type { RoomServerFrames } from '@farmgate/contracts/server-frames.ts'
import { token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { v4 as uuid } from 'uuid'
import WebSocket from 'ws'

export type RoomFrame = RoomServerFrames[keyof RoomServerFrames]
type OfType<Type> = Extract<RoomFrame, { type: Type }>
type Waiting = { client_message_id: string; body: string }

/** A send, as often as it left: `times` above one means that its order among others is nobody's promise. */
export type Sent = { client_message_id: string; connection: number; times: number }

/** Refused for now: the same again later is safe, and wanted. */
const LATER: ErrorCode[] = ['unavailable', 'overloaded', 'rate_limited']
const LATER_MS = 300

const FINAL: number[] = Object.values(closeCodes).flatMap((it) => (it.next === 'final' ? [it.code] : []))

/**
 * A client of the room socket as /asyncapi.json asks for one: it applies changes in the order of their rev, comes back with
 * `after_rev` and repeats what was not acknowledged. It keeps all it saw, and every breach of the contract that it saw.
 */
export class RoomClient {
  readonly frames: RoomFrame[] = []
  readonly breaches: string[] = []
  /** What the room looks like to this client. */
  readonly messages = new Map<string, Message>()
  readonly acknowledged = new Set<string>()
  readonly closes: number[] = []
  /** Those of them that ended a socket which had been welcomed; the others never came that far. */
  readonly goodbyes: number[] = []
  /** In the order in which they first left, by connection. */
  readonly sent = new Map<string, Sent>()
  /** Where the room stood when this client first came: it sees what changes from then on. */
  since: number | undefined
  rev: number | undefined
  #waiting: Waiting[] = []
  #connections = 0
  /** How often each send may still be answered by a repeat of its acknowledgement: once for each time after the first. */
  readonly #repeats = new Map<string, number>()
  #socket: WebSocket | undefined
  #catchingUp = false
  #isIn = false
  #done = false
  readonly #url: string
  readonly #user: string

  constructor(wsUrl: string, room_id: string, user: string) {
    this.#url = `${wsUrl}/ws/chat/${room_id}/`
    this.#user = user
    this.#connect()
  }

  /** Sends, and repeats after every loss of the socket until it is acknowledged. */
  send(body: string, client_message_id = uuid()): string {
    const it = { client_message_id, body }
    this.#waiting.push(it)
    this.#transmit(it)
    return client_message_id
  }

  /** Connected and welcomed. */
  get isIn(): boolean {
    return this.#isIn && this.#socket?.readyState === WebSocket.OPEN
  }

  /** What has been said and not yet acknowledged. */
  get unsettled(): number {
    return this.#waiting.length
  }

  /** Lost where the socket is not open: only `send` repeats. */
  say(frame: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame))
  }

  next<Type extends RoomFrame['type']>(
    type: Type,
    fits: (frame: OfType<Type>) => boolean = () => true,
    within = 10_000,
  ) {
    const isIt = (frame: RoomFrame): frame is OfType<Type> => frame.type === type && fits(frame as OfType<Type>)
    return until(() => this.frames.find(isIt), { within, what: `${type} for ${this.#user}` })
  }

  /** All that was sent has been acknowledged. */
  settled(within = 10_000) {
    return until(() => this.#waiting.length === 0, { within, what: `${this.#waiting.length} acknowledgements` })
  }

  get inOrder(): Message[] {
    return [...this.messages.values()].sort((a, b) => a.seq - b.seq)
  }

  /** As a lost network would: without a goodbye. */
  drop(): void {
    this.#socket?.terminate()
  }

  async close(): Promise<void> {
    this.#done = true
    const socket = this.#socket
    if (!socket || socket.readyState === WebSocket.CLOSED) return
    socket.close()
    await until(() => socket.readyState === WebSocket.CLOSED)
  }

  #connect(): void {
    const query = this.rev === undefined ? '' : `?after_rev=${this.rev}`
    const socket = new WebSocket(this.#url + query, [SUBPROTOCOL, `${BEARER_PREFIX}${token(this.#user)}`])
    this.#socket = socket
    this.#connections++
    this.#isIn = false
    this.#catchingUp = this.rev !== undefined
    socket.on('message', (data) => this.#hear(JSON.parse(String(data)) as RoomFrame))
    socket.on('error', () => undefined) // a close follows, and says what there is to say
    socket.on('close', (code) => {
      this.closes.push(code)
      if (this.#isIn) this.goodbyes.push(code)
      if (!this.#done && !FINAL.includes(code)) void wait(Math.random() * 100).then(() => this.#done || this.#connect())
    })
  }

  #transmit(it: Waiting): void {
    if (this.#socket?.readyState !== WebSocket.OPEN || this.#catchingUp) return
    const { client_message_id } = it
    const known = this.sent.get(client_message_id)
    if (known) {
      known.times++
      this.#repeats.set(client_message_id, (this.#repeats.get(client_message_id) ?? 0) + 1)
    } else {
      this.sent.set(client_message_id, { client_message_id, connection: this.#connections, times: 1 })
    }
    this.say({ type: 'message.send', ...it })
  }

  #hear(frame: RoomFrame): void {
    this.frames.push(frame)
    if (frame.type === 'welcome') this.#welcomed(frame.rev)
    if (frame.type === 'welcome' && !this.#catchingUp) this.#live(frame.rev)
    if (frame.type === 'error' && LATER.includes(frame.code)) this.#again(frame.client_message_id)
    if (frame.type === 'resync') this.breaches.push('resync')
    if (frame.type === 'caught_up') this.#caughtUp(frame.rev)
    if ('message' in frame) this.#apply(frame.message)
  }

  #welcomed(rev: number): void {
    this.#isIn = true
    this.since ??= rev
  }

  #caughtUp(rev: number): void {
    this.#catchingUp = false
    this.#live(rev)
  }

  #live(rev: number): void {
    this.rev = Math.max(this.rev ?? 0, rev)
    for (const it of this.#waiting) this.#transmit(it)
  }

  #apply(message: Message): void {
    const mine = this.#waiting.findIndex((it) => it.client_message_id === message.client_message_id)
    if (message.sender_id === this.#user && message.client_message_id) {
      this.acknowledged.add(message.client_message_id)
      if (mine >= 0) this.#waiting.splice(mine, 1)
    }
    const known = this.messages.get(message.message_id)
    if (known?.rev !== message.rev || !this.#mayRepeat(message)) this.#check(message)
    this.messages.set(message.message_id, message)
  }

  /** Only what this client has itself said again may be heard again, with its old rev, once for each time. */
  #mayRepeat({ sender_id, client_message_id }: Message): boolean {
    const times = sender_id === this.#user ? (this.#repeats.get(client_message_id ?? '') ?? 0) : 0
    if (times > 0) this.#repeats.set(client_message_id ?? '', times - 1)
    return times > 0
  }

  #again(client_message_id: string | undefined): void {
    const isIt = (it: Waiting) => it.client_message_id === client_message_id
    void wait(LATER_MS).then(() => {
      const it = this.#waiting.find(isIt)
      if (it) this.#transmit(it)
    })
  }

  /** Live, rev rises by one; while catching up it only rises. */
  #check(message: Message): void {
    const last = this.rev ?? 0
    const rises = this.#catchingUp ? message.rev > last : message.rev === last + 1
    if (!rises) this.breaches.push(`rev ${message.rev} after ${last}${this.#catchingUp ? ' while catching up' : ''}`)
    this.rev = Math.max(last, message.rev)
  }
}
