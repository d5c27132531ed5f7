import type { InboxClientFrames } from '@farmgate/contracts/client-frames.ts'
import type { Room } from '@farmgate/contracts/rooms.ts'
import type { InboxServerFrames } from '@farmgate/contracts/server-frames.ts'
import { Connection } from '../connection/driver.ts'
import { FarmgateError } from '../errors.ts'
import type { Farmgate } from '../farmgate.ts'
import { listRooms } from '../http/list-rooms.ts'
import type { InboxFilter, InboxSnapshot } from '../inbox-snapshot.ts'
import { Publisher } from '../publisher.ts'
import { type Cards, withCard, withPage } from './cards.ts'

const PAGE = 30
const MAX_PAGE = 100

type Frame = InboxServerFrames[keyof InboxServerFrames]
type Said = InboxClientFrames[keyof InboxClientFrames]

/** One reading of the list: what was told since it was asked for, and what ends it. */
type Reading = { told: Map<string, Room>; ended: AbortController }

/**
 * What an open chat list consists of. Its socket tells changes but no past, so each connection reads the list anew; the
 * first one is read at once, so that it is there while no socket can be had.
 */
export class OpenedInbox {
  readonly publisher: Publisher<InboxSnapshot>
  readonly #farmgate: Farmgate
  readonly #connection: Connection<Frame, Said>
  #cards: Cards
  #cursor: string | null = null
  #totalUnread = 0
  #loaded = false
  #reading: Reading | undefined
  #error: FarmgateError | undefined

  constructor(farmgate: Farmgate, filter: InboxFilter) {
    this.#farmgate = farmgate
    this.#cards = { filter, rooms: [], complete: false }
    this.#connection = new Connection<Frame, Said>(farmgate, {
      path: () => '/ws/inbox/',
      prepare: (signal) => this.#prepare(signal),
      forget: () => undefined,
      missed: false,
      hear: (frame) => this.#hear(frame),
      changed: () => this.publisher.changed(),
    })
    this.publisher = new Publisher(() => this.#snapshot())
  }

  /** The next page. Does nothing while one is on its way, or where there is none. */
  async loadMore(): Promise<void> {
    if (this.#reading || this.#cards.complete) return
    await (this.#loaded ? this.#read((reading) => this.#readPage(reading)) : this.#readAnew())
  }

  setFilter(filter: InboxFilter): void {
    this.#cards = { filter, rooms: [], complete: false }
    this.#cursor = null
    this.#loaded = false
    void this.#readAnew()
  }

  async close(): Promise<void> {
    this.#connection.close()
    this.#reading?.ended.abort()
    this.publisher.close()
  }

  /** With each try to connect, until a list is there. Neither waits for the other: gateways may be away for long. */
  async #prepare(signal: AbortSignal) {
    // The first try begins in the constructor, which has to end before anything can change.
    await Promise.resolve()
    if (signal.aborted || this.#loaded || this.#reading) return
    void this.#readAnew()
  }

  #hear(frame: Frame) {
    switch (frame.type) {
      case 'welcome':
        this.#totalUnread = frame.total_unread
        // Also where a list is there: only what changes after it was read is told by this socket.
        void this.#readAnew()
        break
      case 'room.updated':
        this.#totalUnread = frame.total_unread
        this.#reading?.told.set(frame.room.room_id, frame.room)
        this.#cards = withCard(this.#cards, frame.room)
        this.publisher.changed()
    }
  }

  /** As many rooms as are shown, from the first on; what was shown stays until they are here. */
  async #readAnew() {
    const wanted = Math.max(PAGE, this.#cards.rooms.length)
    await this.#read(async (reading) => {
      const { filter } = this.#cards
      let cards: Cards = { filter, rooms: [], complete: false }
      let cursor: string | null = null
      do {
        const page = await this.#page(reading, Math.min(MAX_PAGE, wanted - cards.rooms.length), cursor)
        cursor = page.next_cursor
        cards = withPage(cards, page.results, cursor === null, reading.told)
      } while (cursor !== null && cards.rooms.length < wanted)
      this.#cursor = cursor
      this.#loaded = true
      for (const room of reading.told.values()) cards = withCard(cards, room)
      this.#cards = cards
    })
    if (this.#error?.temporary) this.#connection.comeBack()
  }

  async #readPage(reading: Reading) {
    const page = await this.#page(reading, PAGE, this.#cursor)
    this.#cursor = page.next_cursor
    this.#cards = withPage(this.#cards, page.results, page.next_cursor === null, reading.told)
  }

  async #page({ ended, told }: Reading, limit: number, cursor: string | null) {
    const query = { ...this.#cards.filter, limit, ...(cursor !== null && { cursor }) }
    const page = await listRooms(this.#farmgate, query, ended.signal)
    ended.signal.throwIfAborted()
    // What the socket has said since the page was asked for is as new as the page, or newer.
    if (told.size === 0) this.#totalUnread = page.total_unread
    return page
  }

  /** One reading at a time: a new one ends the one before. Its failure is shown, and mended by the next. */
  async #read(work: (reading: Reading) => Promise<void>) {
    this.#reading?.ended.abort()
    const reading: Reading = { told: new Map(), ended: new AbortController() }
    this.#reading = reading
    this.#error = undefined
    this.publisher.changed()
    try {
      await work(reading)
    } catch (error) {
      if (!reading.ended.signal.aborted) this.#error = asFarmgateError(error)
    }
    if (this.#reading === reading) this.#reading = undefined
    this.publisher.changed()
  }

  #snapshot(): InboxSnapshot {
    return {
      connection: this.#connection.status,
      filter: this.#cards.filter,
      rooms: this.#cards.rooms,
      total_unread: this.#totalUnread,
      loaded: this.#loaded,
      loading: this.#reading !== undefined,
      has_more: this.#cursor !== null,
      error: this.#error,
    }
  }
}

/** Whatever else it is, is a bug, and not to be taken for a refusal. */
function asFarmgateError(error: unknown): FarmgateError {
  if (error instanceof FarmgateError) return error
  throw error
}
