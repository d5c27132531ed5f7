/** Beyond this many out of order nothing more is held: a replay brings them all from Postgres. */
const MAX_HELD = 1_000

/**
 * Lets the revs of a room pass in order, each once: what has passed is dropped, the next one passes, a later one is held
 * until the hole before it is filled. Closed at first: it holds what comes until `open` tells where the room stands.
 * Pure: who fills the hole, and when, is not its business (gaps.ts).
 */
export class Gate<Item> {
  readonly #pass: (rev: number, item: Item) => void
  /** Made only when something is out of order: most rooms never have any. */
  #held: Map<number, Item> | undefined
  #position: number | undefined
  #floor = 0
  #highest = 0

  constructor(pass: (rev: number, item: Item) => void) {
    this.#pass = pass
  }

  /** The last rev that has passed; undefined while closed. */
  get position(): number | undefined {
    return this.#position
  }

  /** Where it was opened: nothing at or below it has passed here. */
  get floor(): number {
    return this.#floor
  }

  /** A rev beyond the position is known to exist and cannot pass: something is missing. */
  get behind(): boolean {
    return this.#position !== undefined && this.#highest > this.#position
  }

  /** The room stands at `rev`. What is held up to there belongs to the past. Opening again changes nothing. */
  open(rev: number): void {
    if (this.#position === undefined) {
      this.#floor = rev
      this.#position = rev
      for (const held of this.#held?.keys() ?? []) if (held <= rev) this.#held?.delete(held)
      this.#drain()
    }
    this.saw(rev)
  }

  offer(rev: number, item: Item): void {
    this.saw(rev)
    if (this.#position !== undefined && rev <= this.#position) return
    if (rev === this.#next()) {
      this.#let(rev, item)
      this.#drain()
    } else {
      this.#hold(rev, item)
    }
  }

  /** `rev` exists, whoever brings it. */
  saw(rev: number): void {
    if (rev > this.#highest) this.#highest = rev
  }

  /** The room goes no further than `rev`: whatever was offered beyond it was never true. */
  forgetBeyond(rev: number): void {
    this.#highest = rev
    for (const held of this.#held?.keys() ?? []) if (held > rev) this.#held?.delete(held)
  }

  #next(): number | undefined {
    return this.#position === undefined ? undefined : this.#position + 1
  }

  #let(rev: number, item: Item) {
    this.#position = rev
    this.#pass(rev, item)
  }

  #hold(rev: number, item: Item) {
    this.#held ??= new Map()
    if (this.#held.size < MAX_HELD) this.#held.set(rev, item)
  }

  #drain() {
    if (!this.#held) return
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const item = this.#held.get(next)
      if (item === undefined) break
      this.#held.delete(next)
      this.#let(next, item)
    }
    if (this.#held.size === 0) this.#held = undefined
  }
}
