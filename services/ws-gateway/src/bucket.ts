/** A token bucket without a timer: what has flowed in since the last look is worked out when somebody takes. */
export class Bucket {
  readonly #burst: number
  readonly #perMs: number
  #left: number
  #at: number

  constructor({ burst, perS }: { burst: number; perS: number }, now: number) {
    this.#burst = burst
    this.#perMs = perS / 1_000
    this.#left = burst
    this.#at = now
  }

  /** Takes one, or says no. `now` in milliseconds. */
  take(now: number): boolean {
    this.#left = Math.min(this.#burst, this.#left + Math.max(0, now - this.#at) * this.#perMs)
    this.#at = now
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}
