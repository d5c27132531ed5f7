import { FarmgateError } from './errors.ts'

/** A token this close to its end is not used any more: it has to be good when it arrives. */
const LEEWAY_MS = 10_000

/** A token whose end cannot be told is asked for again after this long. */
const UNKNOWN_LIFE_MS = 60_000

/** A function that has not given one by then gives none: else whoever waits would wait for ever on a dead line. */
const PATIENCE_MS = 15_000

/** It travels to a socket as a subprotocol, which takes no more than this: a browser throws at a blank or a line's end. */
const TRAVELS = /^[\w.~+-]+$/

/** The caller's token, the same for everything that goes out, asked for once however many want it at the same time. */
export class Tokens {
  readonly #ask: () => Promise<string>
  #token: string | undefined
  #freshUntil = 0
  #asking: Promise<string> | undefined

  constructor(ask: () => Promise<string>) {
    this.#ask = ask
  }

  /** A token that is good now. Throws FarmgateError `no_token` where the caller's function gives none. */
  async get(): Promise<string> {
    if (this.#token !== undefined && Date.now() < this.#freshUntil) return this.#token
    return this.#renew()
  }

  /** `refused` was not taken: another one, unless somebody has asked for it already. */
  async insteadOf(refused: string): Promise<string> {
    if (this.#token === refused) this.#token = undefined
    return this.get()
  }

  #renew(): Promise<string> {
    this.#asking ??= inTime(this.#ask())
      .then((token) => this.#keep(token), noToken)
      .finally(() => {
        this.#asking = undefined
      })
    return this.#asking
  }

  #keep(token: string): string {
    if (!TRAVELS.test(token)) noToken(new Error('what was given is no JWT'))
    const now = Date.now()
    this.#token = token
    this.#freshUntil = now + untilRenewal(token, now)
    return token
  }
}

function inTime(answer: Promise<string>): Promise<string> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no token within ${PATIENCE_MS} ms`)), PATIENCE_MS)
  return Promise.race([answer, late.promise]).finally(() => clearTimeout(timer))
}

function noToken(cause: unknown): never {
  throw new FarmgateError({ status: 0, code: 'no_token', detail: 'There is no token to be had' }, undefined, { cause })
}

/** Milliseconds until a token should be replaced: at 80 % of what it has left, and `LEEWAY_MS` before its end if it is long. */
export function untilRenewal(token: string, now: number): number {
  const expiry = expiryOf(token)
  if (expiry === undefined) return UNKNOWN_LIFE_MS
  const left = expiry - now
  // Over already: this device's clock is wrong, or the token is. The server will say which.
  if (left <= 0) return UNKNOWN_LIFE_MS
  return Math.max(left * 0.8, left - LEEWAY_MS)
}

/** Milliseconds since 1970, read from the token unverified: that is the server's business. */
function expiryOf(token: string): number | undefined {
  try {
    const payload = token.split('.')[1] ?? ''
    const { exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))
    return typeof exp === 'number' ? exp * 1_000 : undefined
  } catch {
    return undefined
  }
}
