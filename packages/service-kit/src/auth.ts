import { createHash, timingSafeEqual } from 'node:crypto'
import jwt, { type FastifyJWTOptions } from '@fastify/jwt'
import { z } from 'zod'
import type { App } from './app.ts'
import { type AuthConfig, DEVELOPMENT_JWT_SECRET } from './config.ts'
import { DependencyAway } from './dependency.ts'
import { KEY_ALGORITHMS, openKeySet } from './key-set.ts'
import { Refusal } from './refusal.ts'

declare module '@fastify/jwt' {
  interface FastifyJWT {
    /** Who is calling; there in every route that is not open or internal. */
    user: User
  }
}

/** Who is calling. `exp` in seconds since 1970, as in the token. */
export type User = { id: string; name?: string; isService: boolean; exp: number }

export type Auth = {
  /** The user of a token; throws Refusal('unauthorized') for any bad one, DependencyAway where the keys cannot be had. */
  verifyToken(token: string): Promise<User>
  /** Whether an Authorization header carries the secret that our services share. */
  isInternal(authorization: string | undefined): boolean
}

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

const signedBy = z.object({
  header: z.object({ alg: z.enum(KEY_ALGORITHMS), kid: z.string().optional() }),
})

/**
 * Registers @fastify/jwt on the app: tokens by JWT_SECRET (HS256 only) or JWKS_URL (RS256, ES256, EdDSA, by `kid`). Requests
 * and sockets pass the same door, `verifyToken`: not `request.jwtVerify()`, which answers many hostile tokens with 500. The
 * plugin is told how to check only, so the app can make no tokens.
 */
export async function openAuth(app: App, config: AuthConfig): Promise<Auth> {
  await app.register(jwt, config.JWKS_URL ? byKeySet(config, openKeySet(config.JWKS_URL, app.log)) : bySecret(config))
  const internalDigest = digest(config.INTERNAL_TOKEN)

  return {
    async verifyToken(token) {
      if (token.length > MAX_TOKEN_LENGTH) throw new Refusal('unauthorized')
      try {
        return toUser(await app.jwt.verify(token))
      } catch (error) {
        throw reasonOf(error)
      }
    },
    isInternal: (authorization) => timingSafeEqual(digest(bearerToken(authorization) ?? ''), internalDigest),
  }
}

/** The token of `Authorization: Bearer …`, or undefined. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9_.~+/=-]+) *$/i.exec(authorization ?? '')?.[1]
}

/** What is asked of every token that is checked. */
function rules(config: AuthConfig) {
  return {
    clockTolerance: CLOCK_TOLERANCE_MS,
    requiredClaims: ['sub', 'exp', ...(config.JWT_ISSUER ? ['iss'] : []), ...(config.JWT_AUDIENCE ? ['aud'] : [])],
    ...(config.JWT_ISSUER && { allowedIss: config.JWT_ISSUER }),
    ...(config.JWT_AUDIENCE && { allowedAud: config.JWT_AUDIENCE }),
  }
}

function bySecret(config: AuthConfig): FastifyJWTOptions {
  return {
    secret: { public: config.JWT_SECRET ?? DEVELOPMENT_JWT_SECRET },
    verify: { ...rules(config), algorithms: ['HS256'] },
  }
}

function byKeySet(config: AuthConfig, keys: ReturnType<typeof openKeySet>): FastifyJWTOptions {
  /** A key is good for the one algorithm that it is made for, whatever the token says. */
  const keyOf = async (token: unknown): Promise<string> => {
    const { header } = signedBy.parse(token)
    const key = await keys.find(header.kid)
    if (key?.algorithm !== header.alg) throw new Refusal('unauthorized')
    return key.pem
  }
  return { secret: { public: keyOf }, verify: { ...rules(config), algorithms: [...KEY_ALGORITHMS] } }
}

/** Without its keys nothing can be said of a token; whatever else it makes the library throw, it is the token that is bad. */
function reasonOf(error: unknown): Error {
  const origin = error instanceof Error && 'originalError' in error ? error.originalError : error
  return origin instanceof DependencyAway ? origin : new Refusal('unauthorized')
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
