import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { createBell, within } from './bell.ts'
import { countDeadLetters } from './dead-letters.ts'
import { byKey, openGroup } from './group.ts'
import { errorFields, type Log } from './log.ts'
import type { Pulse } from './pulse.ts'
import { isKeyFault, openReader, type Redis, readerKeys } from './redis.ts'
import { goRound } from './rounds.ts'
import { createSettler, type Handlers, type Settled } from './settle.ts'
import { streamKeys } from './shards.ts'

/**
 * A consumer silent for this long is taken for dead, and what it held goes to another: so that with the next look (a quarter
 * of it later) everything is right again within 10 s, and longer than a batch takes whose database is slow.
 */
const CLAIM_IDLE_MS = 6_000
/** The delivery after which an entry that still fails is given up. */
const MAX_DELIVERIES = 5
/** Per shard and read: 8 shards make a batch of at most 1,024. */
const COUNT = 128
const BLOCK_MS = 2_000
/** A key that holds something else than a stream is looked at again after this. */
const BENCH_MS = 5_000
const FORGET_EVERY_MS = 60_000
/** Of one that rests: so many times as long as its work took, so that it takes a quarter of the time at most. */
const REST_SHARE = 3
/** Work of a sixth of a second and more takes a larger share: what it brings must not come late. */
const MOST_REST_MS = 500
/** The batch in hand; with a last word to Redis (2 s at most) it stays below the 10 s that a stop may take. */
const CLOSE_MS = 7_500

export type ConsumerOptions<T> = Handlers<T> & {
  redis: Redis
  log: Log
  pulse: Pulse
  stream: string
  group: string
  /** Entries may be lost: reconcile with the owner of the facts. May come more often than losses do. */
  onLoss?(): void
  /** A name that survives a restart takes up its pending entries at once; for one instance only. */
  consumer?: string
  /** The shards to read; all where not given. */
  keys?: readonly string[]
  count?: number
  claimIdleMs?: number
  maxDeliveries?: number
  blockMs?: number
  /**
   * Reads begin at least so far apart, and work that takes long rests for longer (`REST_SHARE`), so that under load more is
   * done at once; after a silence nothing waits.
   */
  restMs?: number
}

export type Consumer = {
  /**
   * Since the start; `lag` (not yet read) and `pending` (read, not yet done) are of the whole group, and `deadLetters`
   * what the stream keeps of them, all three as last looked at (every 1.5 s).
   */
  readonly counters: Readonly<Settled & { lag: number; pending: number; deadLetters: number }>
  close(): Promise<void>
}

/**
 * Does the work of a stream together with the other consumers of its group: each entry at least once, acknowledged
 * after `handle`. A failing batch is tried entry by entry, so that only the culprit stays behind: pending, delivered
 * again after `claimIdleMs`, given up as a dead letter after `maxDeliveries`. A shard whose work fails for something
 * that is away waits by itself; the others go on.
 */
export function startConsumer<T>(options: ConsumerOptions<T>): Consumer {
  const shares = readerKeys(options.redis, options.keys ?? streamKeys(options.stream))
  const parts = shares.map((keys) => consumeKeys(options, keys))
  return {
    counters: addCounters(parts.map((part) => part.counters)),
    async close() {
      await Promise.all(parts.map((part) => part.close()))
    },
  }
}

/** The work of keys that one connection can read together. */
function consumeKeys<T>(options: ConsumerOptions<T>, allKeys: readonly string[]): Consumer {
  const { redis, log, pulse, stream, group: name } = options
  const { count = COUNT, claimIdleMs = CLAIM_IDLE_MS, maxDeliveries = MAX_DELIVERIES, blockMs = BLOCK_MS } = options
  const { restMs = 0 } = options
  const consumer = options.consumer ?? `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`
  const about = { stream, group: name }
  const counters = { consumed: 0, skipped: 0, failed: 0, dead: 0, lag: 0, pending: 0, deadLetters: 0 }
  const reader = openReader(redis, { log, name: `${name}:${stream}`, blockMs })
  const group = openGroup({ redis, reader, group: name, consumer })
  const bell = createBell()
  const benched = new Map<string, number>()
  /** A reply, a group or our place may have been lost: look at what we hold before reading on. */
  let unsure = true
  let closing = false
  const onDoubt = () => {
    unsure = true
  }
  const settler = createSettler({ ...options, group, about, counters, maxDeliveries, onDoubt, onFree: bell.ring })

  const keys = () => allKeys.filter((key) => !settler.waits(key) && (benched.get(key) ?? 0) <= Date.now())

  const lost = (cause: string) => {
    log.warn({ ...about, cause }, 'consumer.loss')
    try {
      options.onLoss?.()
    } catch (error) {
      log.error({ ...about, ...errorFields(error) }, 'consumer.on_loss_failed')
    }
  }

  /** A fault of one key must not stop the others; any other fault stops the round. */
  const setAside = (faults: Map<string, Error>) => {
    for (const [key, error] of faults) {
      if (error.message.startsWith('NOGROUP')) onDoubt()
      else if (isKeyFault(error)) {
        benched.set(key, Date.now() + BENCH_MS)
        log.error({ ...about, key }, 'consumer.key_unusable')
      } else throw error
    }
  }

  const takeUpOwn = async (key: string) => {
    for (let after: string | undefined = '0'; after !== undefined && !settler.waits(key) && !closing; ) {
      const { deliveries, deleted, last } = await group.readOwn(key, count, after)
      await group.ack(deleted)
      if (deleted.length > 0) lost('deleted while pending')
      await settler.settle(deliveries)
      after = last
    }
  }

  const inspect = async () => {
    const { vanished, lag, pending, faults } = await group.inspect(keys())
    setAside(faults)
    Object.assign(counters, { lag, pending, deadLetters: await countDeadLetters(redis, stream) })
    if (vanished) lost('trimmed unread')
  }

  const makeSure = async () => {
    unsure = false
    const { made, faults } = await group.ensure(keys())
    setAside(faults)
    // A first start and a group that was lost with its stream look the same.
    if (made) lost('group made')
    await inspect()
    for (const key of keys()) await takeUpOwn(key)
  }

  const claimDue = every(claimIdleMs / 4, async () => {
    const { deliveries, deleted, faults } = await group.claim(keys(), count, claimIdleMs)
    setAside(faults)
    if (deleted) lost('deleted while pending')
    await settler.settle(deliveries)
    await inspect()
  })

  const forgetSilent = every(FORGET_EVERY_MS, async () => setAside(await group.forgetSilent(keys())))

  const settleNext = async (open: readonly string[]) => {
    const deliveries = await group.read(open, count, blockMs)
    const begunAt = performance.now()
    await settler.settle(deliveries)
    const tookMs = performance.now() - begunAt
    const rest = restMs > 0 ? Math.min(MOST_REST_MS, Math.max(restMs - tookMs, REST_SHARE * tookMs)) : 0
    // A shard that brought as much as a read may bring has more: whoever is behind does not rest.
    const isBehind = [...byKey(deliveries).values()].some((part) => part.length >= count)
    if (deliveries.length > 0 && !isBehind && rest > 0) await bell.wait(rest)
  }

  const round = async () => {
    if (unsure) await makeSure()
    await claimDue()
    await forgetSilent()
    const open = keys()
    if (open.length === 0) await bell.wait(blockMs)
    else await settleNext(open)
  }

  const stopHearing = pulse.onLoss(() => {
    onDoubt()
    lost('redis')
  })
  const running = goRound({
    reader,
    bell,
    log,
    about,
    event: 'consumer.interrupted',
    round,
    onFault: onDoubt,
    isClosing: () => closing,
  })

  const close = async () => {
    closing = true
    stopHearing()
    bell.ring()
    // What was read is finished and acknowledged; a read that still waits ends with its BLOCK.
    await within(CLOSE_MS, Promise.all([running, settler.close()]))
    await group
      .leave(allKeys)
      .catch((error: unknown) => log.debug({ ...about, ...errorFields(error) }, 'consumer.name_left'))
    await reader.close()
  }
  let closed: Promise<void> | undefined
  return {
    counters,
    close() {
      closed ??= close()
      return closed
    },
  }
}

/** One view of them all, as they are whenever it is looked at. Dead letters are counted of the whole stream by each. */
function addCounters(all: readonly Consumer['counters'][]): Consumer['counters'] {
  const view = {} as Consumer['counters']
  for (const name of Object.keys(all[0] ?? {}) as (keyof Consumer['counters'])[]) {
    const values = () => all.map((counters) => counters[name])
    const get = () => (name === 'deadLetters' ? Math.max(...values()) : values().reduce((a, b) => a + b, 0))
    Object.defineProperty(view, name, { get, enumerable: true })
  }
  return view
}

/** Does the work the first time, and then whenever it is called and `ms` have gone by. */
function every(ms: number, work: () => Promise<void>) {
  let next = 0
  return async () => {
    if (Date.now() < next) return
    next = Date.now() + ms
    await work()
  }
}
