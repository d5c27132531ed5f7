import type { Redis } from '@farmgate/streams/redis.ts'

/** A gateway says every 2 s (presence.ts) that it lives; after 8 s of silence the others take it for dead. */
const SILENCE_S = 8
const SILENCE_MS = SILENCE_S * 1_000

const keyOf = (gateway: string) => `farmgate:gateway:${gateway}`

/** Which gateways live. Each keeps a key of its own alive in Redis. */
export class Liveness {
  readonly #redis: Redis
  readonly #me: string
  readonly #living = new Set<string>()
  #judgeFrom = 0

  constructor(redis: Redis, me: string) {
    this.#redis = redis
    this.#me = me
    this.suspend()
  }

  /** Nobody is judged for a while: who was cut off itself cannot tell who is dead. */
  suspend(): void {
    this.#judgeFrom = Date.now() + SILENCE_MS
  }

  get mayJudge(): boolean {
    return Date.now() >= this.#judgeFrom
  }

  lives(gateway: string): boolean {
    return this.#living.has(gateway)
  }

  /** It has just spoken. */
  heard(gateway: string): void {
    this.#living.add(gateway)
  }

  /** Looks for those whom we do not know yet. */
  async meet(gateways: readonly string[]): Promise<void> {
    const strangers = new Set(gateways.filter((gateway) => gateway !== this.#me && !this.lives(gateway)))
    for (const gateway of await this.#alive([...strangers])) this.#living.add(gateway)
  }

  /** Says that we live. False where the others may have taken us for dead meanwhile, or Redis has lost everything. */
  async renew(): Promise<boolean> {
    const before = await this.#redis.set(keyOf(this.#me), '1', 'EX', SILENCE_S, 'GET')
    if (before === null) this.suspend()
    return before !== null
  }

  /** Those who have died since the last time. */
  async dead(): Promise<string[]> {
    const known = [...this.#living]
    const alive = await this.#alive(known)
    const dead = known.filter((gateway) => !alive.has(gateway))
    for (const gateway of dead) this.#living.delete(gateway)
    return dead
  }

  /** We end: nobody needs to wait for our silence. */
  async leave(): Promise<void> {
    await this.#redis.del(keyOf(this.#me))
  }

  async #alive(gateways: readonly string[]): Promise<Set<string>> {
    // Not one MGET: on a cluster the keys lie on several nodes.
    const keys = await Promise.all(gateways.map((gateway) => this.#redis.get(keyOf(gateway))))
    return new Set(gateways.filter((_, at) => keys[at] !== null))
  }
}
