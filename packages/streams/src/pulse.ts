import { randomUUID } from 'node:crypto'
import { createBell, within } from './bell.ts'
import { errorFields, type Log } from './log.ts'
import { asCluster, hangUp, type Redis } from './redis.ts'
import { SHARDS } from './shards.ts'

/** Names this filling of Redis: it goes with the data, so a new one means that the data went. */
const EPOCH_KEY = 'farmgate:epoch'

/**
 * Whether Redis can be used. `away` until the first check has passed, while it does not answer, and while it is there
 * but refuses writes (out of memory, a replica, a disk that is full).
 */
export type Pulse = {
  readonly state: 'up' | 'away'
  /** The first check is over, whatever it said. */
  readonly ready: Promise<void>
  /** A command failed: away at once, until a check passes. */
  suspect(): void
  /** Redis is another process or another filling than before: what was on it may be lost. Once per change. */
  onLoss(hear: () => void): () => void
  /** After away: up again, with or without a loss; a loss is told first. */
  onBack(hear: () => void): () => void
  onAway(hear: () => void): () => void
  close(): Promise<void>
}

/**
 * Looks after Redis once a second over its command connection, and at once when that connection comes or goes.
 * A process that starts knows of no loss before its start: it has to compare with the owner of the facts by itself.
 */
export function startPulse({ redis, log, everyMs = 1_000 }: { redis: Redis; log: Log; everyMs?: number }): Pulse {
  const heard = { loss: new Set<() => void>(), back: new Set<() => void>(), away: new Set<() => void>() }
  const bell = createBell()
  const first = Promise.withResolvers<void>()
  let state: Pulse['state'] = 'away'
  let filling: string | undefined
  let closing = false

  const tell = (what: keyof typeof heard) => {
    log[what === 'back' ? 'info' : 'warn']({}, `pulse.${what}`)
    for (const hear of heard[what]) {
      try {
        hear()
      } catch (error) {
        log.error({ what, ...errorFields(error) }, 'pulse.listener_failed')
      }
    }
  }
  const away = () => {
    if (closing || state === 'away') return
    state = 'away'
    tell('away')
  }
  const up = (now: string) => {
    const lost = filling !== undefined && filling !== now
    const back = state === 'away'
    filling = now
    state = 'up'
    if (lost) tell('loss')
    if (back) tell('back')
  }
  const check = async () => {
    try {
      const now = await readFilling(redis)
      if (!closing) up(now)
    } catch (error) {
      log.debug(errorFields(error), 'pulse.missed')
      hangUp(redis, error)
      away()
    }
  }
  const run = async () => {
    while (!closing) {
      await check()
      first.resolve()
      await bell.wait(everyMs)
    }
  }
  const suspect = () => {
    if (state === 'up') bell.ring()
    away()
  }
  const hearing = (what: keyof typeof heard) => (hear: () => void) => {
    heard[what].add(hear)
    return () => void heard[what].delete(hear)
  }

  redis.on('close', away)
  redis.on('ready', bell.ring)
  const running = run()
  return {
    get state() {
      return state
    },
    ready: first.promise,
    suspect,
    onLoss: hearing('loss'),
    onBack: hearing('back'),
    onAway: hearing('away'),
    async close() {
      closing = true
      redis.off('close', away)
      redis.off('ready', bell.ring)
      bell.ring()
      await within(5_000, running)
    },
  }
}

/**
 * The process and the filling, e.g. `run_id:epoch`. SET NX GET reads the epoch, makes one where there is none, and is
 * refused where writes are: one command tells all three, and of several processes exactly one names a new filling. Of a
 * cluster: of every leader, and of every shard.
 */
async function readFilling(redis: Redis): Promise<string> {
  const leaders = asCluster(redis)?.nodes('master') ?? [redis]
  const keys = redis.isCluster ? Array.from({ length: SHARDS }, (_, shard) => `${EPOCH_KEY}:{${shard}}`) : [EPOCH_KEY]
  const fresh = randomUUID()
  const [kept, servers] = await Promise.all([
    Promise.all(keys.map((key) => redis.call('SET', key, fresh, 'NX', 'GET'))),
    Promise.all(leaders.map((leader) => leader.info('server'))),
  ])
  const runIds = servers.map((server) => /^run_id:(\w+)/m.exec(server)?.[1] ?? '').toSorted()
  return [...runIds, ...kept.map((epoch) => epoch ?? fresh)].join(':')
}
