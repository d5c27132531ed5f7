/** Snapshots at most this often: one for each frame of a screen. */
const FRAME_MS = 16

/**
 * Tells its subscribers that there is something new, however often it changed meanwhile: after a quiet moment as soon as
 * what runs now has ended, then at most once in `FRAME_MS`. Between two tellings the snapshot is the same object.
 */
export class Publisher<Snapshot> {
  readonly #make: () => Snapshot
  readonly #listeners = new Set<() => void>()
  #snapshot: Snapshot
  #isDue = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #publishedAt = 0
  #closed = false

  constructor(make: () => Snapshot) {
    this.#make = make
    this.#snapshot = make()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    // An object of its own, so that the same function may subscribe twice.
    const told = () => listener()
    this.#listeners.add(told)
    return () => {
      this.#listeners.delete(told)
    }
  }

  readonly getSnapshot = (): Snapshot => this.#snapshot

  readonly changed = (): void => {
    if (this.#isDue || this.#closed) return
    this.#isDue = true
    const in_ms = this.#publishedAt + FRAME_MS - Date.now()
    if (in_ms <= 0) queueMicrotask(() => this.#publish())
    else this.#timer = setTimeout(() => this.#publish(), in_ms)
  }

  /** Tells for the last time. */
  close(): void {
    if (this.#closed) return
    clearTimeout(this.#timer)
    this.#isDue = true
    this.#publish()
    this.#closed = true
    this.#listeners.clear()
  }

  #publish() {
    if (!this.#isDue || this.#closed) return
    this.#isDue = false
    this.#publishedAt = Date.now()
    this.#snapshot = this.#make()
    for (const listener of this.#listeners) listener()
  }
}
