import type { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { deadline } from './deadline.ts'
import type { Log } from './log.ts'
import { Refusal } from './refusal.ts'

/** So many points in so many seconds, for each key. */
export type Limit = { points: number; durationS: number }

export const HTTP_LIMITS = {
  user: { points: 1_200, durationS: 60 },
  ip: { points: 12_000, durationS: 60 },
} as const satisfies Record<string, Limit>

export type RateLimits<Name extends string = keyof typeof HTTP_LIMITS> = {
  /** Takes points of `key`; throws Refusal('rate_limited') with `retryAfterS` once they are used up. */
  take(name: Name, key: string, points?: number): Promise<void>
  close(): Promise<void>
}

type Options<Name extends string> = {
  redis: Redis
  enabled: boolean
  log: Log
  limits: Record<Name, Limit>
}

/** What a request waits for Redis at most; after that Redis counts as away for AWAY_MS, and nobody waits. */
const REDIS_WAIT_MS = 150
const AWAY_MS = 1_000

/** While Redis is away each process counts for itself, and stricter: it cannot see what the others let pass. */
const ALONE_SHARE = 0.5

/** Limits that all instances share through Redis, `farmgate:limits:<name>:<key>`. */
export function openRateLimits<Name extends string>({ redis, enabled, log, limits }: Options<Name>): RateLimits<Name> {
  const limiters = new Map<Name, ReturnType<typeof openLimit>>()
  for (const name in limits) limiters.set(name, openLimit(redis, name, limits[name]))
  let awayUntil = 0

  async function consume(name: Name, key: string, points: number) {
    const limiter = limiters.get(name)
    if (!limiter) return
    if (Date.now() < awayUntil || redis.status !== 'ready') return limiter.alone.consume(key, points)
    try {
      await deadline(limiter.shared.consume(key, points), REDIS_WAIT_MS, 'redis')
    } catch (reason) {
      if (reason instanceof RateLimiterRes) throw reason
      awayUntil = Date.now() + AWAY_MS
      log.warn({ err: reason }, 'rate_limits.alone')
      await limiter.alone.consume(key, points)
    }
  }

  return {
    async take(name, key, points = 1) {
      if (!enabled) return
      try {
        await consume(name, key, points)
      } catch (reason) {
        throw reason instanceof RateLimiterRes ? refusalOf(reason) : reason
      }
    },
    // The Redis connection belongs to the caller; the limiters hold nothing but unref'd timers.
    close: async () => undefined,
  }
}

function openLimit(redis: Redis, name: string, { points, durationS }: Limit) {
  const keyPrefix = `farmgate:limits:${name}`
  return {
    // A key over its limit is refused from memory until its time is over: a flood costs Redis nothing.
    shared: new RateLimiterRedis({
      storeClient: redis,
      keyPrefix,
      points,
      duration: durationS,
      inMemoryBlockOnConsumed: points + 1,
    }),
    alone: new RateLimiterMemory({ keyPrefix, points: Math.ceil(points * ALONE_SHARE), duration: durationS }),
  }
}

const refusalOf = (spent: RateLimiterRes) =>
  new Refusal('rate_limited', undefined, { retryAfterS: Math.max(1, Math.ceil(spent.msBeforeNext / 1_000)) })
