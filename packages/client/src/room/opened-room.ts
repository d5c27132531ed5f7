import type { RoomClientFrames } from '@farmgate/contracts/client-frames.ts'
import type { Message } from '@farmgate/contracts/messages.ts'
import type { RoomServerFrames } from '@farmgate/contracts/server-frames.ts'
import { Connection } from '../connection/driver.ts'
import type { ConnectionStatus } from '../connection/status.ts'
import type { Farmgate } from '../farmgate.ts'
import { getRoom } from '../http/get-room.ts'
import { uploadImage } from '../http/upload-image.ts'
import { Outbox } from '../outbox/outbox.ts'
import { type Courier, Sender } from '../outbox/sender.ts'
import { Publisher } from '../publisher.ts'
import type { RoomSnapshot, RoomToOpen } from '../room-snapshot.ts'
import { entriesOf } from '../timeline/entries.ts'
import { cutOff, type Facts, hear, noFacts, readBy, withMarkers, withRoom } from './facts.ts'
import { firstUnread, type Opening } from './first-unread.ts'
import { History } from './history.ts'
import { Reader } from './reader.ts'
import { typist } from './typist.ts'

type Frame = RoomServerFrames[keyof RoomServerFrames]
type Said = RoomClientFrames[keyof RoomClientFrames]

/** What an open room consists of, and how what one part learns reaches the others. */
export class OpenedRoom {
  readonly history: History
  readonly outbox: Outbox
  readonly sender: Sender
  readonly reader = new Reader((seq) => this.connection.send({ type: 'read', seq }))
  readonly typing = typist((is_typing) => this.connection.send({ type: 'typing', is_typing }))
  readonly publisher: Publisher<RoomSnapshot>
  readonly connection: Connection<Frame, Said>
  readonly #farmgate: Farmgate
  readonly #place: { room_id: string; user_id: string }
  readonly #entries = entriesOf()
  #facts: Facts
  #opening: Opening | undefined

  constructor(farmgate: Farmgate, { room_id, user_id, room }: RoomToOpen) {
    const { outbox: store, backoff } = farmgate
    const changed = () => this.publisher.changed()
    this.#farmgate = farmgate
    this.#place = { room_id, user_id }
    this.#facts = noFacts(room)
    this.outbox = new Outbox(store, this.#place, () => {
      changed()
      this.sender.look()
    })
    this.sender = new Sender({ outbox: this.outbox, store, place: this.#place, courier: this.#courier(), backoff })
    this.history = new History({
      farmgate,
      room_id,
      seen: (message) => this.#seen(message),
      changed,
      lost: () => this.connection.comeBack(),
    })
    this.connection = new Connection<Frame, Said>(farmgate, {
      path: () => `/ws/chat/${encodeURIComponent(room_id)}/?after_rev=${this.history.position ?? 0}`,
      prepare: (signal) => this.#prepare(signal),
      forget: () => this.history.forget(),
      missed: true,
      hear: (frame) => this.#hear(frame),
      changed: (status) => this.#connected(status),
    })
    this.publisher = new Publisher(() => this.#snapshot())
  }

  async close(): Promise<void> {
    this.connection.close()
    await this.sender.close()
    this.outbox.close()
    this.publisher.close()
  }

  #courier(): Courier {
    const { room_id } = this.#place
    return {
      say: (frame) => this.connection.send(frame),
      upload: async ({ file }, signal, onProgress) =>
        (await uploadImage(this.#farmgate, { room_id, file, signal, onProgress })).image_id,
    }
  }

  /** Before a socket is of use: whose room it is, and the newest page of its history. */
  async #prepare(signal: AbortSignal) {
    const { room_id } = this.#place
    const [room, page] = await Promise.all([
      this.#facts.room ?? getRoom(this.#farmgate, room_id, signal),
      this.history.position === undefined ? this.history.load(signal) : undefined,
    ])
    this.#learn(withRoom(this.#facts, room))
    if (!page) return
    this.#learn(withMarkers(this.#facts, page.read))
    const { user_id } = this.#place
    this.#opening ??= { user_id, marker: readBy(this.#facts, user_id), last_seq: page.last_seq }
  }

  #hear(frame: Frame) {
    switch (frame.type) {
      case 'welcome':
        this.history.catchUp()
        return this.#learn(hear(this.#facts, frame))
      case 'caught_up':
        return this.history.caughtUp(frame.rev)
      case 'message.created':
        if (frame.message.kind === 'order_placed') this.#readCard()
        return this.history.tell(frame.message)
      case 'message.updated':
      case 'message.deleted':
        return this.history.tell(frame.message)
      case 'read':
      case 'typing':
      case 'presence':
      case 'order.status':
        return this.#learn(hear(this.#facts, frame))
      case 'error':
        return this.sender.refused(frame.client_message_id, frame)
      case 'pong':
        // Once a heartbeat: a marker that the server had to refuse (its database was away) is no frame that is repeated.
        return this.#checkRead()
    }
  }

  #checkRead() {
    this.reader.check(readBy(this.#facts, this.#place.user_id))
  }

  #connected({ state }: ConnectionStatus) {
    if (state === 'live') {
      this.#checkRead()
      this.sender.start()
    } else {
      this.sender.stop()
      this.#learn(cutOff(this.#facts))
    }
    this.publisher.changed()
  }

  /** One's own in the history does not wait any more. */
  #seen({ sender_id, client_message_id }: Message) {
    if (sender_id !== this.#place.user_id || client_message_id === null) return
    this.sender.acknowledged(client_message_id)
    // What cannot be removed now is found stored again after a reload, and removed then.
    this.outbox.done(client_message_id).catch(() => undefined)
  }

  /** An order has been placed, now or while the line was cut: its quantity is another one, which only the card says. */
  #readCard() {
    getRoom(this.#farmgate, this.#place.room_id).then(
      (room) => this.#learn(withRoom(this.#facts, room)),
      // The status is known by the socket, the amount by the message; the card comes with the next order.
      () => undefined,
    )
  }

  #learn(facts: Facts) {
    this.#facts = facts
    this.publisher.changed()
  }

  #snapshot(): RoomSnapshot {
    const unsent = this.outbox.entries
    return {
      ...this.#facts,
      connection: this.connection.status,
      entries: this.#entries(this.history.shown, unsent),
      loaded: this.history.loaded,
      has_older: this.history.hasOlder,
      loading_older: this.history.loadingOlder,
      first_unread_seq: this.#opening ? firstUnread(this.history.shown, this.#opening) : null,
      waiting: unsent.filter(({ state }) => state !== 'failed').length,
    }
  }
}
