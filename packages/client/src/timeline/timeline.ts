import type { Message } from '@farmgate/contracts/messages.ts'
import type { StoredEntry } from '../room-snapshot.ts'

/**
 * The stored messages of a room as they are known: one for each `seq`, the one with the highest `rev`, from wherever and
 * in whatever order they come. Shown is a window without a gap, from the oldest page that was loaded; what lies outside
 * of it is remembered, so that a page that was read earlier cannot bring back what has changed since. Pure.
 */
export class Timeline {
  readonly #entries: StoredEntry[] = []
  /** What was given out last: copied anew only after a change, and only when somebody looks. */
  #shown: readonly StoredEntry[] | undefined
  /** `seq` of the first one shown. `seq` has no gaps, so the place of each follows from it. */
  #floor: number | undefined
  readonly #beside = new Map<number, Message>()

  /** Ascending by `seq`, without a gap. The same array until something changes. */
  get shown(): readonly StoredEntry[] {
    this.#shown ??= [...this.#entries]
    return this.#shown
  }

  get loaded(): boolean {
    return this.#floor !== undefined
  }

  /** The lowest `seq` shown; one beyond the last where nothing is stored. */
  get floor(): number {
    return this.#floor ?? 1
  }

  /** The newest page, of a room of which nothing is known, or nothing that is still true. */
  start(page: readonly Message[]): void {
    this.#floor = page[0]?.seq ?? 1
    this.#beside.clear()
    this.#splice(0, this.#entries.length, page)
  }

  /** The page that ends just before the floor. Any other was asked for when the window was another one. */
  prepend(page: readonly Message[]): void {
    const first = page[0]
    if (!first || page.at(-1)?.seq !== this.floor - 1) return
    const older = page.map((message) => newer(message, this.#take(message.seq)))
    this.#floor = first.seq
    this.#splice(0, 0, older)
  }

  /** A message as it is after some change, or once more as it is. An older state than the known one changes nothing. */
  apply(message: Message): void {
    const place = message.seq - this.floor
    const known = this.#entries[place]?.message
    if (!known) this.#beside.set(message.seq, newer(message, this.#beside.get(message.seq)))
    else if (message.rev >= known.rev) this.#splice(place, 1, [message])
    this.#grow()
  }

  /** What has become the next one joins the window. */
  #grow() {
    if (!this.loaded) return
    const next = () => this.#take(this.floor + this.#entries.length)
    for (let message = next(); message; message = next()) this.#splice(this.#entries.length, 0, [message])
  }

  #splice(place: number, count: number, messages: readonly Message[]) {
    this.#entries.splice(place, count, ...messages.map(stored))
    this.#shown = undefined
  }

  #take(seq: number): Message | undefined {
    const message = this.#beside.get(seq)
    this.#beside.delete(seq)
    return message
  }
}

const stored = (message: Message): StoredEntry => ({ state: 'stored', message })

const newer = (one: Message, other: Message | undefined): Message => (other && other.rev > one.rev ? other : one)
