import { z } from 'zod'

/** What development uses where nothing is set; refused where NODE_ENV is production. */
export const DEVELOPMENT_JWT_SECRET = 'farmgate-development-secret-do-not-use'
const DEVELOPMENT_INTERNAL_TOKEN = 'farmgate-development-internal-token-do-not-use'

/** HS256 takes its strength from its key: RFC 7518 wants at least the 256 bits of the hash. */
const MIN_SECRET_BYTES = 32

type Env = Record<string, string | undefined>

/** The environment cannot be used. The message names every variable at fault, one a line. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

// Makers of fields: each reads the string that an environment variable is.

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((number) => number >= min && number <= max, `must be a whole number from ${min} to ${max}`)
export const port = (preset: number) => whole(0, 65_535).default(preset)
export const count = (preset: number) => whole(1, 10_000).default(preset)
export const flag = (preset: boolean) =>
  z
    .enum(['true', 'false'])
    .default(preset ? 'true' : 'false')
    .transform((word) => word === 'true')
export const list = () =>
  z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((item) => item.trim() || []))
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' })
/** The base URL of another service; without a trailing slash. */
export const url = (preset: string) => httpUrl.default(preset).transform((text) => text.replace(/\/+$/, ''))

/** As browsers name it: `http://localhost:80` is `http://localhost`. */
const origin = z
  .string()
  .refine((text) => /^https?:\/\/[^/?#@]+$/.test(text) && URL.canParse(text), {
    error: 'must be origins such as https://shop.example, without a path',
  })
  .transform((text) => new URL(text).origin)

/** As @fastify/proxy-addr reads them: `loopback, 10.0.0.0/8, ::1`. */
const NETWORK = '(loopback|linklocal|uniquelocal|[0-9.]+(/[0-9]+)?|[0-9a-fA-F:.]+(/[0-9]+)?)'
const NETWORKS = new RegExp(`^ *${NETWORK}( *, *${NETWORK})* *$`)

export const postgresUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: 'must be a URL that begins with postgres:// (Postgres 15 or newer)',
})
export const redisUrl = z.url({
  protocol: /^rediss?$/,
  error: 'must be a URL that begins with redis:// or rediss:// (Redis 7 or newer)',
})

export const processFields = {
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  HOST: z.string().default('127.0.0.1'),
  REUSE_PORT: flag(false),
  TRUSTED_PROXIES: z
    .string()
    .regex(NETWORKS, 'must be addresses, networks, or words such as loopback')
    .default('loopback'),
  ALLOWED_ORIGINS: list().pipe(z.array(origin)),
  RATE_LIMITS: z.enum(['on', 'off']).default('on'),
}

export const authFields = {
  JWT_SECRET: z.string().optional(),
  JWKS_URL: httpUrl.optional(),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().optional(),
  INTERNAL_TOKEN: z
    .string()
    .regex(/^[A-Za-z0-9_.~+/=-]{32,}$/, 'must be at least 32 characters of A-Z a-z 0-9 _ . ~ + / = -')
    .default(DEVELOPMENT_INTERNAL_TOKEN),
}

export const databaseFields = {
  DATABASE_URL: postgresUrl,
  DATABASE_POOL: count(10),
}

export const redisFields = { REDIS_URL: redisUrl }

/** OpenTelemetry's own names. Off without an endpoint; of what begins here the given share is sampled. */
export const traceFields = {
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.transform((text) => text.replace(/\/+$/, '')).optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(0.01),
}

const traceConfig = z.object(traceFields)
export type TraceConfig = z.output<typeof traceConfig>

const processConfig = z.object(processFields)
export type ProcessConfig = z.output<typeof processConfig>

const authConfig = z.object(authFields)
export type AuthConfig = z.output<typeof authConfig>

/**
 * The environment as `shape` describes it. A variable set to nothing counts as not set, as Compose files leave them.
 * Throws ConfigError with one line per bad variable; its value is never shown, since it may be a secret.
 */
export function readConfig<S extends z.ZodRawShape>(shape: S, env: Env): z.output<z.ZodObject<S>> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const result = z.object(shape).safeParse(set)
  const faults = result.success
    ? weakSecrets(shape, set)
    : result.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`)
  if (!result.success || faults.length > 0) throw new ConfigError(faults.join('\n'))
  return result.data
}

/** The same for a main.ts: prints what is wrong and ends the process with exit code 1. */
export function configOrExit<S extends z.ZodRawShape>(shape: S, env: Env): z.output<z.ZodObject<S>> {
  try {
    return readConfig(shape, env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`The configuration cannot be used:\n${error.message.replace(/^/gm, '  ')}\n`)
    process.exit(1)
  }
}

/** The key and the algorithms belong together and come from here, never from a token (TOKEN_CLAIMS). */
function weakSecrets(shape: z.ZodRawShape, env: Env): string[] {
  if (!('JWT_SECRET' in shape)) return []
  const faults: string[] = []
  const { JWT_SECRET: secret, JWKS_URL: jwks, INTERNAL_TOKEN: token } = env
  if (secret && jwks) faults.push('JWT_SECRET, JWKS_URL: set one of them, not both')
  if (env.NODE_ENV !== 'production') return faults
  if (!jwks && !strong(secret, DEVELOPMENT_JWT_SECRET)) {
    faults.push(`JWT_SECRET: production wants one of its own with at least ${MIN_SECRET_BYTES} bytes, or JWKS_URL`)
  }
  if (!strong(token, DEVELOPMENT_INTERNAL_TOKEN)) {
    faults.push(`INTERNAL_TOKEN: production wants one of its own with at least ${MIN_SECRET_BYTES} bytes`)
  }
  return faults
}

const strong = (secret: string | undefined, preset: string) =>
  secret !== undefined && secret !== preset && Buffer.byteLength(secret) >= MIN_SECRET_BYTES
