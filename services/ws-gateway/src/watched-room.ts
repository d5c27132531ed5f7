import type { JoinAnswer } from '@farmgate/contracts/internal-messages.ts'
import { Gate } from './gate.ts'
import type { RoomSession } from './room-session.ts'

type ReadMarker = { seq: number; frame: string }

/** A room that somebody watches here: its sockets, its gate, and what a welcome must not be behind of. */
export class WatchedRoom {
  readonly id: string
  readonly gate: Gate<string>
  readonly sessions = new Set<RoomSession>()
  /** Who is online, and through which gateways (presence.ts). */
  readonly present = new Map<string, Set<string>>()
  /** Who is typing, and until when (typing.ts). */
  readonly typing = new Map<string, number>()
  /** The presence of others has been asked for; settles whether it could be had or not. */
  presenceKnown: Promise<void> | undefined
  /** Customer and farmer, once a join has told. */
  parties: { customer: string; farmer: string } | undefined
  readonly #reads = new Map<string, ReadMarker>()
  readonly #onBehind: (room: WatchedRoom) => void

  constructor(id: string, onBehind: (room: WatchedRoom) => void) {
    this.id = id
    this.#onBehind = onBehind
    this.gate = new Gate((rev, frame) => this.#pass(rev, frame))
  }

  /** A change with its ready frames, separated by a line feed; from whichever side it comes first. */
  offer(rev: number, frame: string): void {
    this.gate.offer(rev, frame)
    if (this.gate.behind) this.#onBehind(this)
  }

  /** The room has come at least to `rev`: what is missing up to there is fetched if it does not come by itself. */
  saw(rev: number): void {
    this.gate.saw(rev)
    if (this.gate.behind) this.#onBehind(this)
  }

  /** messages-api has told where the room stands. */
  opened({ rev, customer_id, farmer_id }: JoinAnswer): void {
    this.parties ??= { customer: customer_id, farmer: farmer_id }
    this.gate.open(rev)
    if (this.gate.behind) this.#onBehind(this)
  }

  /** A read marker, absolute: one that we know already, or have passed, changes nothing. */
  readMoved(userId: string, seq: number, frame: string): void {
    if (seq <= this.readBy(userId)) return
    this.#reads.set(userId, { seq, frame })
    this.tellAll(frame)
  }

  readBy(userId: string): number {
    return this.#reads.get(userId)?.seq ?? 0
  }

  /** After a welcome: the markers that moved while its answer was on its way. */
  tellReadsBeyond(session: RoomSession, { customer_id, farmer_id, read }: JoinAnswer): void {
    const welcomed = new Map([
      [customer_id, read.customer_seq],
      [farmer_id, read.farmer_seq],
    ])
    for (const [userId, { seq, frame }] of this.#reads) if (seq > (welcomed.get(userId) ?? 0)) session.tell(frame)
  }

  tellAll(frame: string): void {
    const bytes = Buffer.from(frame)
    for (const session of this.sessions) session.tell(bytes)
  }

  /** Everybody but the one it is about. */
  tellOthers(userId: string, frame: string): void {
    const bytes = Buffer.from(frame)
    for (const session of this.sessions) if (session.userId !== userId) session.tell(bytes)
  }

  /** The hottest line of the gateway: encoded once, the same bytes to each socket. */
  #pass(rev: number, frame: string) {
    const frames = frame.includes('\n') ? frame.split('\n').map((one) => Buffer.from(one)) : [Buffer.from(frame)]
    for (const session of this.sessions) session.pass(rev, frames)
  }
}
