import { createHmac } from 'node:crypto'
import { type Algorithm, createSigner } from 'fast-jwt'

/** `JWT_SECRET` of everything that tests start. */
export const TEST_SECRET = 'a-secret-that-only-tests-of-farmgate-know'
/** `INTERNAL_TOKEN` of everything that tests start. */
export const TEST_INTERNAL_TOKEN = 'an-internal-token-that-only-tests-of-farmgate-know'

const HOUR_S = 3_600

export type TokenOptions = {
  /** Unix seconds; in an hour where not given. */
  exp?: number
  name?: string
  role?: string
  nbf?: number
  iss?: string
  aud?: string
  kid?: string
  /** HS256 where not given. */
  alg?: Algorithm
  /** The shared secret, or a private key as PEM. */
  secret?: string
}

/** A token that the services under test take, of the user `sub`. */
export function token(sub: string, options: TokenOptions = {}): string {
  const { alg = 'HS256', secret = TEST_SECRET, kid, ...claims } = options
  const sign = createSigner({ key: secret, algorithm: alg, noTimestamp: true, ...(kid && { kid }) })
  return sign({ sub, exp: nowS() + HOUR_S, ...claims })
}

/** A token of the marketplace's own backend. */
export const serviceToken = (options: TokenOptions = {}): string =>
  token('marketplace', { role: 'service', ...options })

/** A token signed as claimed, whatever stands in it: for what no honest issuer would make. */
export function rawToken(payload: unknown, header: Record<string, unknown> = {}, secret = TEST_SECRET): string {
  const signed = `${encode({ alg: 'HS256', typ: 'JWT', ...header })}.${encode(payload)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/** Now, as claims count: seconds. */
export const nowS = (): number => Math.floor(Date.now() / 1_000)

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
