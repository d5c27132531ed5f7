import type { Message } from '@farmgate/contracts/messages.ts'

/**
 * Lets the changes of a room pass in the order of their rev. While what was missed is being told, revs may jump (each
 * message comes once, in its present state); live, each is the next one, and whatever comes after a hole is held until
 * the hole is filled. Pure: who fills it is not its business.
 */
export class Gate {
  readonly #pass: (message: Message) => void
  readonly #held = new Map<number, Message>()
  #position: number | undefined
  #catchingUp = false

  constructor(pass: (message: Message) => void) {
    this.#pass = pass
  }

  /** The highest rev up to which everything is known; undefined before the first page of the history. */
  get position(): number | undefined {
    return this.#position
  }

  /** Something is missing before what is held. */
  get behind(): boolean {
    return this.#held.size > 0
  }

  /** Everything up to `rev` is known. */
  open(rev: number): void {
    this.#position = rev
    this.#drain()
  }

  /** Nothing is known any more. */
  shut(): void {
    this.#position = undefined
    this.#held.clear()
  }

  /** A new socket begins with what was missed, and ends that by `caughtUp`. */
  catchUp(): void {
    this.#catchingUp = true
    this.#held.clear()
  }

  caughtUp(rev: number): void {
    this.#catchingUp = false
    this.open(Math.max(rev, this.#position ?? 0))
  }

  /** A change as the socket tells it. */
  offer(message: Message): void {
    const { rev } = message
    if (this.#position === undefined) return
    if (this.#catchingUp || rev <= this.#position + 1) this.#let(message)
    else this.#held.set(rev, message)
    this.#drain()
  }

  /** A page of what changed after the position, ascending by rev; `rev` is how far it reaches. */
  fill(messages: readonly Message[], rev: number): void {
    for (const message of messages) this.#let(message)
    this.open(Math.max(rev, this.#position ?? 0))
  }

  #let(message: Message) {
    this.#position = Math.max(this.#position ?? 0, message.rev)
    this.#pass(message)
  }

  #drain() {
    for (const rev of [...this.#held.keys()].sort((a, b) => a - b)) {
      const message = this.#held.get(rev)
      if (!message || rev > (this.#position ?? 0) + 1) return
      this.#held.delete(rev)
      this.#let(message)
    }
  }
}
