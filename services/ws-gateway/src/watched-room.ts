import type { JoinAnswer } from '@farmgate/contracts/internal-messages.ts'
import { Gate } from './gate.ts'
import type { RoomSession } from './room-session.ts'
import { type TextFrame, textFrame } from './text-frame.ts'

/** `frame` is '' where the marker is known from an answer: everybody welcomed has been told of it. */
type ReadMarker = { seq: number; frame: string }

/** A room that somebody watches here: its sockets, its gate, and what a welcome must not be behind of. */
export class WatchedRoom {
  readonly id: string
  readonly gate: Gate<string | TextFrame>
  readonly sessions = new Set<RoomSession>()
  /** Who is online, and through which gateways (presence.ts). */
  readonly present = new Map<string, Set<string>>()
  /** Who is typing, and until when (typing.ts). */
  readonly typing = new Map<string, number>()
  /** The presence of others has been asked for; settles whether it could be had or not. */
  presenceKnown: Promise<void> | undefined
  /** For each reading of its presence under way: what was heard of meanwhile, which is newer (presence.ts). */
  readonly presenceReads = new Set<Set<string>>()
  /** Customer and farmer, once a join has told. */
  parties: { customer: string; farmer: string } | undefined
  readonly #reads = new Map<string, ReadMarker>()
  readonly #onBehind: (room: WatchedRoom) => void

  constructor(id: string, onBehind: (room: WatchedRoom) => void) {
    this.id = id
    this.#onBehind = onBehind
    this.gate = new Gate((rev, frame) => this.#pass(rev, frame))
  }

  /**
   * A change with its ready frames, separated by a line feed, or one as its bytes; from whichever side it comes first. True
   * the first time.
   */
  offer(rev: number, frame: string | TextFrame): boolean {
    const isNews = this.lacks(rev)
    this.gate.offer(rev, frame)
    if (this.gate.behind) this.#onBehind(this)
    return isNews
  }

  /** Whether `rev` has not passed yet. */
  lacks(rev: number): boolean {
    return rev > (this.gate.position ?? 0)
  }

  /** The room has come at least to `rev`: what is missing up to there is fetched if it does not come by itself. */
  saw(rev: number): void {
    this.gate.saw(rev)
    if (this.gate.behind) this.#onBehind(this)
  }

  /** messages-api has told where the room stands. */
  opened(answer: JoinAnswer): void {
    this.parties ??= { customer: answer.customer_id, farmer: answer.farmer_id }
    for (const [userId, seq] of markersOf(answer))
      if (seq > this.readBy(userId)) this.#reads.set(userId, { seq, frame: '' })
    this.gate.open(answer.rev)
    if (this.gate.behind) this.#onBehind(this)
  }

  /** The answer is older than another one that has been taken: what lies between them would never be told. */
  outdates(answer: JoinAnswer): boolean {
    if (answer.rev < this.gate.floor) return true
    return markersOf(answer).some(([userId, seq]) => seq < this.readBy(userId) && this.#reads.get(userId)?.frame === '')
  }

  /** A read marker, absolute: one that we know already, or have passed, changes nothing. */
  readMoved(userId: string, seq: number, frame: string): boolean {
    if (seq <= this.readBy(userId)) return false
    this.#reads.set(userId, { seq, frame })
    this.tellAll(frame)
    return true
  }

  readBy(userId: string): number {
    return this.#reads.get(userId)?.seq ?? 0
  }

  /** After a welcome: the markers that moved while its answer was on its way. */
  tellReadsBeyond(session: RoomSession, answer: JoinAnswer): void {
    for (const [userId, seq] of markersOf(answer)) {
      const marker = this.#reads.get(userId)
      if (marker && marker.seq > seq && marker.frame !== '') session.tell(marker.frame)
    }
  }

  tellAll(frame: string): void {
    const bytes = textFrame(frame)
    for (const session of this.sessions) session.tell(bytes)
  }

  /** Everybody but the one it is about. */
  tellOthers(userId: string, frame: string): void {
    const bytes = textFrame(frame)
    for (const session of this.sessions) if (session.userId !== userId) session.tell(bytes)
  }

  /** The hottest line of the gateway: encoded once, the same bytes to each socket. */
  #pass(rev: number, frame: string | TextFrame) {
    const frames = typeof frame === 'string' ? frame.split('\n').map(textFrame) : [frame]
    for (const session of this.sessions) session.pass(rev, frames)
  }
}

const markersOf = ({ customer_id, farmer_id, read }: JoinAnswer): [userId: string, seq: number][] => [
  [customer_id, read.customer_seq],
  [farmer_id, read.farmer_seq],
]
