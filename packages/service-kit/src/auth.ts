import { createHash, timingSafeEqual } from 'node:crypto'
import { createDecoder, createVerifier } from 'fast-jwt'
import { z } from 'zod'
import { type AuthConfig, DEVELOPMENT_JWT_SECRET } from './config.ts'
import { openKeySet } from './key-set.ts'
import { Refusal } from './refusal.ts'

/** Who is calling. `exp` in seconds since 1970, as in the token. */
export type User = { id: string; name?: string; isService: boolean; exp: number }

export type Auth = {
  /** The user of a token; throws Refusal('unauthorized') for any bad one, DependencyAway where the keys cannot be had. */
  verifyToken(token: string): Promise<User>
  /** Whether an Authorization header carries the secret that our services share. */
  isInternal(authorization: string | undefined): boolean
  close(): Promise<void>
}

/** What a key is good for is decided here and by the key, never by the token's header. */
export type Verify = (token: string) => unknown

const CLOCK_TOLERANCE_MS = 5_000

/** Longer than any real token; what is longer is not even decoded. */
const MAX_TOKEN_LENGTH = 8_192

const MAX_NAME_LENGTH = 200

/** Far beyond any real date, but still one that Date and setTimeout arithmetic can carry. */
const MAX_EXP_S = 253_402_300_799

const claims = z.object({
  sub: z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/),
  exp: z.number().max(MAX_EXP_S),
  nbf: z.number().optional(),
  name: z.unknown().optional(),
  role: z.string().optional().catch(undefined),
})

const complete = z.object({
  header: z.object({ kid: z.string().optional() }),
})

/**
 * Tokens by JWT_SECRET (HS256 only) or JWKS_URL (RS256, ES256, EdDSA, by `kid`). Uses fast-jwt itself rather than
 * @fastify/jwt: sockets bring their tokens without a request, and some hostile tokens make the plugin answer 500. Nothing
 * is cached: a check takes 10 µs (HS256), and a cache would have to repeat the rules about time.
 */
export function openAuth(config: AuthConfig): Auth {
  const verifierOf = config.JWKS_URL ? byKeySet(config, config.JWKS_URL) : bySecret(config)
  const internalDigest = digest(config.INTERNAL_TOKEN)

  return {
    async verifyToken(token) {
      if (token.length > MAX_TOKEN_LENGTH) throw new Refusal('unauthorized')
      const verify = await verifierOf(token)
      return toUser(orUnauthorized(() => verify(token)))
    },
    isInternal: (authorization) => timingSafeEqual(digest(bearerToken(authorization) ?? ''), internalDigest),
    close: async () => undefined,
  }
}

/** The token of `Authorization: Bearer …`, or undefined. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9_.~+/=-]+) *$/i.exec(authorization ?? '')?.[1]
}

/** Options that every verifier shares. */
function rules(config: AuthConfig) {
  return {
    clockTolerance: CLOCK_TOLERANCE_MS,
    requiredClaims: ['sub', 'exp', ...(config.JWT_ISSUER ? ['iss'] : []), ...(config.JWT_AUDIENCE ? ['aud'] : [])],
    ...(config.JWT_ISSUER && { allowedIss: config.JWT_ISSUER }),
    ...(config.JWT_AUDIENCE && { allowedAud: config.JWT_AUDIENCE }),
  }
}

function bySecret(config: AuthConfig) {
  const verify: Verify = createVerifier({
    ...rules(config),
    key: config.JWT_SECRET ?? DEVELOPMENT_JWT_SECRET,
    algorithms: ['HS256'],
  })
  return async () => verify
}

function byKeySet(config: AuthConfig, url: string) {
  const decode = createDecoder({ complete: true })
  const keys = openKeySet(url, (key, algorithm) => createVerifier({ ...rules(config), key, algorithms: [algorithm] }))
  return async (token: string): Promise<Verify> => {
    const { header } = orUnauthorized(() => complete.parse(decode(token)))
    const verify = await keys.find(header.kid)
    if (!verify) throw new Refusal('unauthorized')
    return verify
  }
}

/** Whatever a token makes the decoder throw (TypeErrors included), it is the token that is bad. */
function orUnauthorized<T>(work: () => T): T {
  try {
    return work()
  } catch {
    throw new Refusal('unauthorized')
  }
}

function toUser(payload: unknown): User {
  const result = claims.safeParse(payload)
  if (!result.success) throw new Refusal('unauthorized')
  const { sub, exp, name, role } = result.data
  return { id: sub, isService: role === 'service', exp, ...(isGoodName(name) && { name }) }
}

/** A name that cannot be shown is left out, not refused: who the caller is does not depend on it. */
const isGoodName = (name: unknown): name is string =>
  typeof name === 'string' && name.trim() !== '' && name.length <= MAX_NAME_LENGTH && isText(name)

const isText = (text: string) => text.isWellFormed() && !text.includes('\0')

/** Digests have one length, so that comparing takes the same time for every guess. */
const digest = (secret: string) => createHash('sha256').update(secret).digest()
