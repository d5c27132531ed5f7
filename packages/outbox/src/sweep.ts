import { randomUUID } from 'node:crypto'
import { createBell, within } from '@farmgate/streams/bell.ts'
import { errorFields, type Log } from '@farmgate/streams/log.ts'
import { type Entry, PublishError, publish } from '@farmgate/streams/publish.ts'
import type { Pulse } from '@farmgate/streams/pulse.ts'
import { isKeyFault, type Redis } from '@farmgate/streams/redis.ts'
import type { Sql } from 'postgres'
import { type OutboxRow, outboxRows } from './rows.ts'
import { createSetAside } from './set-aside.ts'

/** Rows at a time. */
const BATCH = 500
const CLOSE_MS = 5_000
/** How long one sweeper goes on before another may take its turn; also how long one that died keeps it. */
const TURN_MS = 2_000

export type Intervals = { sweepEveryMs: number; minAgeMs: number; repeatEveryMs: number; measureEveryMs: number }

export type SweepOptions = Intervals & {
  sql: Sql
  table: string
  redis: Redis
  pulse: Pulse
  log: Log
  /** Renders rows into entries, from what is durable now; facts of one kind in the rows' order. Those that are gone: none. */
  entriesOf(rows: OutboxRow[]): Promise<Entry[]>
  /** Rows rendered and sent at a time, where they stand for much. */
  mostSwept?: number
  /** Whether an error says that something is away: then the rows are tried again, and none is blamed. */
  isTransient(error: unknown): boolean
  /** How facts travel while Redis is away. Best effort, repeated; must be bounded in time. */
  whenAway?(rows: OutboxRow[]): Promise<void>
}

/**
 * Publishes the rows that a writer did not: it crashed after its commit, or Redis was away. Rows are found by being
 * there, never by `id > last`: ids are taken in one order and committed in another. First published, then deleted: a
 * crash in between means that the entries come again. No row is locked meanwhile: of several sweepers one at a time has
 * its turn, which spares the others the work and promises nothing.
 */
export function startSweeper(options: SweepOptions) {
  const { sql, redis, pulse, log, entriesOf, isTransient, whenAway, mostSwept = BATCH } = options
  const { sweepEveryMs, minAgeMs, repeatEveryMs, measureEveryMs } = options
  const rows = outboxRows(sql, options.table)
  const gauges = { waiting: 0, oldestS: 0 }
  const setAside = createSetAside()
  const bell = createBell()
  let closing = false
  let repeatAfter = '0'
  let repeatAt = 0
  let measureAt = 0
  const me = randomUUID()

  const isMyTurn = async () => {
    const holder = await redis.set(`farmgate:sweeper:${options.table}`, me, 'PX', TURN_MS, 'NX', 'GET')
    return holder === null || holder === me
  }

  const send = async (batch: OutboxRow[]) => publish(redis, await entriesOf(batch))

  /** Whether this row or its key is to blame; else everything fails alike. */
  const isOwnFault = (error: unknown) => (error instanceof PublishError ? isKeyFault(error.cause) : !isTransient(error))

  /** Those that went out. What cannot be rendered or put on its stream must not hold up the rest. */
  const sendEach = async (batch: OutboxRow[]): Promise<OutboxRow[]> => {
    const sent: OutboxRow[] = []
    for (const row of batch) {
      try {
        await send([row])
        setAside.forget(row.id)
        sent.push(row)
      } catch (error) {
        if (!isOwnFault(error)) throw error
        setAside.add(row.id)
        log.error({ table: options.table, id: row.id, topic: row.topic, ...errorFields(error) }, 'outbox.row_set_aside')
      }
    }
    return sent
  }

  const sendAll = async (batch: OutboxRow[]): Promise<OutboxRow[]> => {
    try {
      await send(batch)
      return batch
    } catch (error) {
      if (!isOwnFault(error)) throw error
      return sendEach(batch)
    }
  }

  /** Answers how many rows it found. */
  const sweepOnce = async () => {
    const batch = await rows.overdue(minAgeMs, setAside.ids(), mostSwept)
    if (batch.length === 0) return 0
    const sent = await sendAll([...batch])
    await rows.remove(sent.map(({ id }) => id))
    log.info({ table: options.table, rows: sent.length }, 'outbox.swept')
    return batch.length
  }

  const sweep = async () => {
    let found = mostSwept
    while (found === mostSwept && !closing && (await isMyTurn())) found = await sweepOnce()
  }

  const repeat = async () => {
    if (!whenAway || Date.now() < repeatAt) return
    const page = await rows.page(minAgeMs, repeatAfter, BATCH)
    repeatAfter = page.length === BATCH ? (page.at(-1)?.id ?? '0') : '0'
    if (repeatAfter === '0') repeatAt = Date.now() + repeatEveryMs
    if (page.length > 0) await whenAway([...page])
  }

  /** It reads the whole table: rarely. */
  const measure = async () => {
    if (Date.now() < measureAt) return
    measureAt = Date.now() + measureEveryMs
    Object.assign(gauges, await rows.measure())
  }

  const round = async () => {
    try {
      await (pulse.state === 'up' ? sweep() : repeat())
      await measure()
    } catch (error) {
      log.warn({ table: options.table, ...errorFields(error) }, 'outbox.sweep_failed')
    }
  }
  const run = async () => {
    while (!closing) {
      await round()
      await bell.wait(sweepEveryMs)
    }
  }
  const stopHearing = pulse.onBack(bell.ring)
  const running = run()
  return {
    gauges,
    async close() {
      closing = true
      stopHearing()
      bell.ring()
      await within(CLOSE_MS, running)
    },
  }
}
