import type { JoinAnswer } from '@farmgate/contracts/internal-messages.ts'
import type { RoomServerFrames } from '@farmgate/contracts/server-frames.ts'
import type { Connection } from './connection.ts'
import type { TextFrame } from './text-frame.ts'
import type { WatchedRoom } from './watched-room.ts'

/** Live changes that wait for a catch-up. Beyond this they are dropped, and fetched again as missed ones. */
const MAX_KEPT_FRAMES = 256
const MAX_KEPT_BYTES = 256 * 1024

/**
 * Commands of one socket on their way to messages-api: beyond this its socket is not read until half of them are
 * answered. More than the rate limit lets come within the time that an answer may take.
 */
const MAX_IN_FLIGHT = 1_024

type Kept = { rev: number; frames: readonly TextFrame[] }

/**
 * One socket's place in a room: which rev it has been told. Until `goLive` the changes that pass the gate are kept; from
 * then on each is sent at once, `rev` rising by exactly one.
 */
export class RoomSession {
  readonly connection: Connection
  readonly userId: string
  readonly room: WatchedRoom
  /** The highest rev that this socket has been told. */
  position = 0
  /** What this socket last said of its typing, what it says now, and when it was passed on (typing.ts). */
  typing = { said: false, wants: false, at: 0 }
  #inFlight = 0
  #welcomed = false
  #kept: Kept[] | undefined = []
  #keptBytes = 0
  #overflowed = false

  constructor(connection: Connection, userId: string, room: WatchedRoom) {
    this.connection = connection
    this.userId = userId
    this.room = room
  }

  /** Has its welcome: the first frame is out, others may follow. */
  get welcomed(): boolean {
    return this.#welcomed
  }

  welcome({ last_seq, rev, read, order_status }: JoinAnswer, online: string[], heartbeatS: number): void {
    const frame: RoomServerFrames['welcome'] = {
      type: 'welcome',
      room_id: this.room.id,
      user_id: this.userId,
      last_seq,
      rev,
      read,
      online,
      order_status,
      heartbeat_s: heartbeatS,
    }
    this.connection.send(JSON.stringify(frame))
    this.#welcomed = true
  }

  /** A change has passed the room's gate. */
  pass(rev: number, frames: readonly TextFrame[]): void {
    if (this.#kept) {
      this.#keep(this.#kept, { rev, frames })
    } else if (rev === this.position + 1) {
      this.position = rev
      for (const frame of frames) this.connection.send(frame)
    } else if (rev > this.position) {
      // Cannot be, since the gate passes each in order. But a socket that comes back is better than one with a hole.
      this.connection.close('overloaded')
    }
  }

  /** A command of this socket is on its way; `answered` follows. */
  asked(): void {
    this.#inFlight++
    if (this.#inFlight === MAX_IN_FLIGHT) this.connection.holdBack()
  }

  answered(): void {
    this.#inFlight--
    if (this.#inFlight === MAX_IN_FLIGHT / 2) this.connection.resume()
  }

  /**
   * A command was repeated and changed nothing; `frame` says it again, to this socket only. If its rev has not been told
   * here yet, the live frame of that rev says it.
   */
  repeated(rev: number, frame: string | TextFrame): void {
    if (rev > this.position) this.room.saw(rev)
    else if (typeof frame !== 'string') this.tell(frame)
    else for (const one of frame.split('\n')) this.tell(one)
  }

  /** What has no rev: read markers, presence, typing, status. Not before the welcome, which says all of it. */
  tell(frame: TextFrame | string): void {
    if (this.#welcomed) this.connection.send(frame)
  }

  /** Keeps live changes anew, from here on. Everything that passed before is in what is asked for next. */
  keepAgain(): void {
    this.#kept = []
    this.#keptBytes = 0
    this.#overflowed = false
  }

  /** Live changes had to be dropped since the last `keepAgain`. */
  get overflowed(): boolean {
    return this.#overflowed
  }

  /** Everything up to `rev` has been told: what was kept beyond it follows, then whatever passes. */
  goLive(rev: number): void {
    const kept = this.#kept ?? []
    this.#kept = undefined
    this.position = rev
    if (this.#overflowed) this.connection.close('overloaded')
    else for (const change of kept) this.pass(change.rev, change.frames)
  }

  #keep(kept: Kept[], change: Kept) {
    if (this.#overflowed) return
    kept.push(change)
    for (const frame of change.frames) this.#keptBytes += frame.bytes.length
    if (kept.length <= MAX_KEPT_FRAMES && this.#keptBytes <= MAX_KEPT_BYTES) return
    this.#overflowed = true
    this.#kept = []
  }
}
