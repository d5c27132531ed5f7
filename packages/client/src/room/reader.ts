/** How far one has read: said once for each step forward, and again until it is known to be stored. */
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

  /** `stored` is where the marker is; what was said beyond it has been lost, or refused. */
  check(stored: number): void {
    this.#said = stored
    this.read(0)
  }
}
