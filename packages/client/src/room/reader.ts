/** How far one has read: said once for each step forward, and again on a new connection until it is known to be stored. */
export class Reader {
  readonly #say: (seq: number) => boolean
  #seen = 0
  #said = 0

  constructor(say: (seq: number) => boolean) {
    this.#say = say
  }

  read(seq: number): void {
    this.#seen = Math.max(this.#seen, seq)
    if (this.#seen > this.#said && this.#say(this.#seen)) this.#said = this.#seen
  }

  /** On a new connection; `stored` is where the marker is. */
  connected(stored: number): void {
    this.#said = stored
    this.read(0)
  }
}
