/** Something that we depend on does not answer: Postgres, Redis, another service, the key server. Becomes 503. */
export class DependencyAway extends Error {
  readonly what: string

  constructor(what: string, cause?: unknown) {
    super(`${what} is away`, { cause })
    this.name = 'DependencyAway'
    this.what = what
  }
}

/** Network errors of Node, connection errors of postgres.js, and undici's. */
const AWAY_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
])

/**
 * Postgres conditions that pass by themselves: connection lost (08), shutting down or starting (57P0x), out of
 * connections or disk (53), a lock or a statement that took too long (55P03, 57014), deadlock and serialization (40),
 * read-only during a failover (25006), a transaction that was idle for too long (25P03).
 */
const AWAY_SQLSTATE = /^(08...|57P0.|53...|55P03|57014|40001|40P01|25006|25P03)$/

/** Redis answers of a server that is loading, failing over, full or blocked by a script. */
const AWAY_REDIS_REPLY = /^(LOADING|READONLY|OOM|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|MISCONF|NOREPLICAS) /

/** ioredis gives these no code. */
const AWAY_REDIS_CLIENT = /^(Connection is closed\.|Command timed out|Stream isn't writeable)/

const MAX_CAUSES = 5

/**
 * True where repeating later may help: the dependency is away, not the request wrong. Looks through `cause`, since
 * drizzle and fetch wrap what they got. Stream consumers use it to tell "try again" from "dead letter".
 */
export function isDependencyAway(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < MAX_CAUSES; at = at.cause, depth++) {
    if (at instanceof DependencyAway || namesAbsence(at)) return true
  }
  return false
}

function namesAbsence(error: Error): boolean {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (AWAY_CODES.has(code) || AWAY_SQLSTATE.test(code)) return true
  if (error.name === 'MaxRetriesPerRequestError') return true
  return AWAY_REDIS_REPLY.test(error.message) || AWAY_REDIS_CLIENT.test(error.message)
}
