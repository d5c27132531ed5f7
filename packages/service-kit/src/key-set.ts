import { createPublicKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { DependencyAway } from './dependency.ts'
import type { Log } from './log.ts'

export const KEY_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const

/** A public key, and the one algorithm that it is good for. */
export type PublicKey = { pem: string; algorithm: (typeof KEY_ALGORITHMS)[number] }

type KeysById = Map<string | undefined, PublicKey>

/** How long a set is used before it is asked for again: a key that was taken back is refused after this. */
const FRESH_MS = 5 * 60_000
const FETCH_TIMEOUT_MS = 3_000
const MAX_SET_BYTES = 1_000_000

/** Unknown `kid`s may ask for the set anew this often at once, and once more every REFILL_MS: no flood by made-up kids. */
const MAX_EARLY_FETCHES = 5
const REFILL_MS = 5_000

/** NIST SP 800-131A. */
const MIN_RSA_BITS = 2_048

const keySet = z.object({ keys: z.array(z.unknown()).max(100) })
const jsonWebKey = z.looseObject({ kid: z.string().optional() })
type Jwk = z.output<typeof jsonWebKey>

/**
 * The public keys behind a JWKS URL, by `kid`. A `kid` not seen before makes it look again (rotation), within bounds. Keys
 * once fetched stay in use while the URL is away. `find` throws DependencyAway where no answer can be given.
 * That it is away is logged once, and that it is back.
 */
export function openKeySet(url: string, log: Pick<Log, 'info' | 'warn'>) {
  let keys: KeysById = new Map()
  let fetchedAt = Number.NEGATIVE_INFINITY
  let triedAt = Number.NEGATIVE_INFINITY
  let fetching: Promise<void> | undefined
  let isAway = false
  const early = createBudget()

  async function refresh() {
    triedAt = Date.now()
    try {
      keys = byId(await fetchKeys(url))
    } catch (error) {
      if (!isAway) log.warn({ err: error }, 'jwks.away')
      isAway = true
      throw error
    }
    if (isAway) log.info('jwks.back')
    isAway = false
    fetchedAt = Date.now()
  }

  /** One fetch at a time, shared by all who wait for it. */
  const refreshOnce = () => {
    fetching ??= refresh().finally(() => {
      fetching = undefined
    })
    return fetching
  }

  /**
   * Renews an old set behind the back of the request, which goes on with what is known: a key server that hangs must not
   * hold up tokens that can be checked. Where it is away, the known keys stay good, and the next try waits REFILL_MS.
   */
  function renew() {
    if (Date.now() < Math.max(fetchedAt + FRESH_MS, triedAt + REFILL_MS)) return
    // Logged by `refresh`, and nobody waits for it.
    refreshOnce().catch(() => undefined)
  }

  return {
    /** A key by its `kid`, or undefined where the set has none such. Without `kid`: the set's only key. */
    async find(kid: string | undefined): Promise<PublicKey | undefined> {
      if (keys.has(kid)) renew()
      else if (fetching || early.take()) await refreshOnce()
      else if (fetchedAt < 0) throw new DependencyAway('jwks')
      return keys.get(kid)
    },
  }
}

function createBudget() {
  let left = MAX_EARLY_FETCHES
  let countedAt = Date.now()
  return {
    take(): boolean {
      const refilled = Math.floor((Date.now() - countedAt) / REFILL_MS)
      left = Math.min(MAX_EARLY_FETCHES, left + refilled)
      countedAt += refilled * REFILL_MS
      if (left === 0) return false
      left--
      return true
    },
  }
}

async function fetchKeys(url: string): Promise<Jwk[]> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS), redirect: 'error' })
    if (!response.ok) throw new Error(`status ${response.status}`)
    const text = await response.text()
    if (text.length > MAX_SET_BYTES) throw new Error('the key set is too large')
    return keySet.parse(JSON.parse(text)).keys.flatMap<Jwk>((key) => jsonWebKey.safeParse(key).data ?? [])
  } catch (cause) {
    throw new DependencyAway('jwks', cause)
  }
}

function byId(set: Jwk[]): KeysById {
  const usable = set.flatMap((jwk) => {
    const key = readKey(jwk)
    return key ? [[jwk.kid, key] as const] : []
  })
  const keys: KeysById = new Map(usable)
  const [first] = usable
  if (first && usable.length === 1) keys.set(undefined, first[1])
  else keys.delete(undefined)
  return keys
}

/** A key for signatures of an algorithm that we take; others of the set (encryption, symmetric, weak) are passed over. */
function readKey(jwk: Jwk): PublicKey | undefined {
  if (jwk.use !== undefined && jwk.use !== 'sig') return undefined
  const key = importKey(jwk)
  const algorithm = key && algorithmOf(key)
  if (!key || !algorithm || (jwk.alg !== undefined && jwk.alg !== algorithm)) return undefined
  return { pem: key.export({ type: 'spki', format: 'pem' }).toString(), algorithm }
}

function importKey(jwk: Jwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    return undefined
  }
}

function algorithmOf(key: KeyObject): PublicKey['algorithm'] | undefined {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'rsa') return modulusLength >= MIN_RSA_BITS ? 'RS256' : undefined
  if (key.asymmetricKeyType === 'ec') return namedCurve === 'prime256v1' ? 'ES256' : undefined
  return key.asymmetricKeyType === 'ed25519' ? 'EdDSA' : undefined
}
