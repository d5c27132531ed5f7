import { createBell, within } from './bell.ts'
import { isBefore, type RawEntry, type StreamReply } from './entries.ts'
import { errorFields, type Log } from './log.ts'
import type { Pulse } from './pulse.ts'
import { isKeyFault, openReader, type Redis, readerKeys } from './redis.ts'
import { goRound } from './rounds.ts'
import { streamKeys } from './shards.ts'

/** Per shard and read. */
const COUNT = 256
const BLOCK_MS = 2_000
/** How often the positions are compared with the streams while nothing seems wrong. */
const COMPARE_EVERY_MS = 5_000
/** A start that took longer than this to find its positions counts as a loss. */
const LATE_MS = 1_000
const CLOSE_MS = 5_000

export type TailOptions = {
  redis: Redis
  log: Log
  pulse: Pulse
  streams: readonly string[]
  /**
   * New entries of one key, in order; the fields flat. Called for each key that has some, and never awaited: the list is
   * emptied afterwards. False where they said nothing that was not known already.
   */
  onEntries(key: string, entries: readonly RawEntry[]): boolean | undefined
  /** Entries may have been missed: compare with the owner of the facts. May come more often than losses do. */
  onLoss?(): void
  count?: number
  blockMs?: number
  compareEveryMs?: number
  /** After a read that brought nothing new: how long the next one waits, so that it brings more at once. */
  restMs?: number
}

export type Tail = {
  /** The positions are known: whatever is published from now on is seen. Stays open while Redis is away. */
  readonly ready: Promise<void>
  close(): Promise<void>
}

/**
 * Hears everything that is said on the streams from now on, without a group: each process has positions of its own.
 * The end of a stream is asked for once; after that it goes on from ids, over every reconnect, so nothing is skipped.
 */
export function startTail(options: TailOptions): Tail {
  const parts = readerKeys(options.redis, options.streams.flatMap(streamKeys)).map((keys) => tailKeys(options, keys))
  return {
    ready: Promise.all(parts.map(({ ready }) => ready)).then(() => undefined),
    async close() {
      await Promise.all(parts.map((part) => part.close()))
    },
  }
}

/** Keys that one connection can read together. */
function tailKeys(options: TailOptions, allKeys: readonly string[]): Tail {
  const { redis, log, pulse, streams, onEntries } = options
  const { count = COUNT, blockMs = BLOCK_MS, compareEveryMs = COMPARE_EVERY_MS, restMs = 0 } = options
  const about = { streams: streams.join(' ') }
  const reader = openReader(redis, { log, name: 'tail', blockMs })
  const bell = createBell()
  const positions = new Map<string, string>()
  const trimmedBefore = new Map<string, number>()
  const unusable = new Set<string>()
  const ready = Promise.withResolvers<void>()
  /** The connection was broken, or Redis lost data: compare before reading on. */
  let unsure = true
  let compareAt = 0
  let isPlaced = false
  const startedAt = Date.now()
  let closing = false

  const lost = (cause: string) => {
    log.warn({ ...about, cause }, 'tail.loss')
    try {
      options.onLoss?.()
    } catch (error) {
      log.error({ ...about, ...errorFields(error) }, 'tail.on_loss_failed')
    }
  }

  /** What is wrong with our position, if anything; a key seen for the first time gets one. */
  const place = (key: string, { first, last, trimmed }: State, wasAway: boolean): string | undefined => {
    const position = positions.get(key) ?? last
    const before = trimmedBefore.get(key) ?? trimmed
    positions.set(key, position)
    trimmedBefore.set(key, trimmed)
    if (isBefore(last, position)) {
      // The stream is another one than we knew: all of it is news.
      positions.set(key, '0-0')
      return 'stream replaced'
    }
    return wasAway && trimmed > before && isBefore(position, first) ? 'trimmed while away' : undefined
  }

  const compare = async () => {
    const wasAway = unsure
    unsure = false
    const pipeline = reader.pipeline()
    for (const key of allKeys) pipeline.xinfo('STREAM', key)
    const replies = (await pipeline.exec()) ?? []
    const causes = new Set<string>()
    unusable.clear()
    for (const [i, key] of allKeys.entries()) {
      const [error, reply] = replies[i] ?? [new Error('no reply')]
      if (error && !isMissing(error)) {
        if (!isKeyFault(error)) throw error
        unusable.add(key)
        positions.set(key, '0-0')
        log.error({ ...about, key }, 'tail.key_unusable')
        continue
      }
      const cause = place(key, error ? EMPTY : stateOf(reply), wasAway)
      if (cause) causes.add(cause)
    }
    compareAt = Date.now() + compareEveryMs
    for (const cause of causes) lost(cause)
  }

  /** Whether there was news in it. */
  const deliver = (key: string, entries: RawEntry[]): boolean => {
    const last = entries.at(-1)
    if (!last) return false
    // First the position: what the listener cannot take must not come again for ever.
    positions.set(key, last[0])
    try {
      return onEntries(key, entries) !== false
    } catch (error) {
      log.error({ ...about, key, entry_id: last[0], ...errorFields(error) }, 'tail.listener_failed')
      return true
    }
  }

  const read = async () => {
    const keys = allKeys.filter((key) => !unusable.has(key))
    if (keys.length === 0) return bell.wait(blockMs)
    const ids = keys.map((key) => positions.get(key) ?? '0-0')
    const reply: StreamReply = await reader.xread('COUNT', count, 'BLOCK', blockMs, 'STREAMS', ...keys, ...ids)
    if (closing) return
    if (!reply) return
    let isNews = false
    for (const [key, entries] of reply) {
      isNews = deliver(key, entries) || isNews
      // While we rest, the reply would be alive, and be copied by each collection.
      entries.length = 0
    }
    if (!isNews && restMs > 0) await bell.wait(restMs)
  }

  const round = async () => {
    if (unsure || Date.now() >= compareAt) await compare()
    if (isPlaced) return read()
    isPlaced = true
    ready.resolve()
    // Somebody may have been counting on us since the start.
    if (Date.now() - startedAt > LATE_MS) lost('late')
  }

  const stopHearing = pulse.onLoss(() => {
    unsure = true
    lost('redis')
  })
  const running = goRound({
    reader,
    bell,
    log,
    about,
    event: 'tail.interrupted',
    round,
    onFault: () => {
      unsure = true
    },
    isClosing: () => closing,
  })
  return {
    ready: ready.promise,
    async close() {
      closing = true
      stopHearing()
      bell.ring()
      reader.disconnect()
      await within(CLOSE_MS, running)
    },
  }
}

/** The ids of the oldest entry that is there and of the last ever added; how many are no longer there. */
type State = { first: string; last: string; trimmed: number }

const EMPTY: State = { first: '0-0', last: '0-0', trimmed: 0 }

const isMissing = (error: Error) => error.message.startsWith('ERR no such key')

/** XINFO STREAM answers a flat list of names and values. */
function stateOf(reply: unknown): State {
  const list = reply as unknown[]
  const value = (name: string) => String(list[list.indexOf(name) + 1])
  return {
    first: value('recorded-first-entry-id'),
    last: value('last-generated-id'),
    trimmed: Number(value('entries-added')) - Number(value('length')),
  }
}
