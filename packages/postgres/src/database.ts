import type { Log } from '@farmgate/service-kit/log.ts'
import postgres from 'postgres'
import { createGate } from './gate.ts'
import { watchSockets } from './sockets.ts'

export type Sql = postgres.Sql
export type Tx = postgres.TransactionSql

type Options = {
  /** `application_name`, so that an operator sees in pg_stat_activity who asks. */
  name: string
  log: Log
  /** Connections, and with them statements or transactions at once. */
  max?: number
  /** From asking to an answer, waiting for a slot included. */
  deadlineMs?: number
  maxWaiting?: number
}

/** A row that somebody else holds (F16) must not keep a slot for long: the caller comes back after Retry-After. */
const LOCK_TIMEOUT_MS = 1_500

/** A process that stops in the middle of a transaction must not keep its locks. */
const IDLE_IN_TRANSACTION_MS = 5_000

const CONNECT_TIMEOUT_S = 3

/** The driver's own backoff grows to 20 s, which the first callers after an outage would wait for. */
const RECONNECT_S = 0.25

const CLOSE_TIMEOUT_S = 5

export type Database = ReturnType<typeof openDatabase>

/**
 * A pool of connections behind a gate. Where Postgres is away every caller is answered within `deadlineMs` by
 * DependencyAway (503), and nothing that was not begun by then is ever done. Work that had begun may have been done or not:
 * repeating it must be safe. A transaction that outlives its deadline is rolled back.
 */
export function openDatabase(url: string, options: Options) {
  const { name, log, max = 10, deadlineMs = 4_000, maxWaiting = 1_000 } = options
  const gate = createGate({ what: 'postgres', slots: max, deadlineMs, maxWaiting })
  const sockets = watchSockets()
  const connect = (size: number) =>
    postgres(url, {
      max: size,
      connect_timeout: CONNECT_TIMEOUT_S,
      backoff: () => RECONNECT_S,
      socket: sockets.open,
      onnotice: (notice) => log.debug({ severity: notice.severity, code: notice.code }, 'postgres.notice'),
      connection: {
        application_name: name,
        statement_timeout: deadlineMs,
        lock_timeout: LOCK_TIMEOUT_MS,
        idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      },
      // `socket` works, but stands in none of the driver's types.
    } as postgres.Options<Record<string, never>>)
  const sql: Sql = connect(max)
  // Probes have a connection of their own: a busy pool is not an absent Postgres.
  const probe: Sql = connect(1)
  let checking: Promise<void> | undefined
  let closing: Promise<void> | undefined

  return {
    /** The bare pool, for what may wait without end (a sweeper, a migration check). It takes no slot. */
    sql,

    /** One slot for `work`, whose statements share the pool. Throws DependencyAway, Refusal('overloaded'), or its error. */
    run: <T>(work: (sql: Sql) => Promise<T>): Promise<T> => gate.run(async () => work(sql)),

    /** One slot for `work` in a transaction, committed when it returns and rolled back when it throws or is late. */
    begin: <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
      gate.run(async (isLate) => {
        const committed = await sql.begin(async (tx) => {
          // In an array of one, since the driver would await an array of queries as such.
          const result = { value: await work(tx) }
          if (isLate()) throw new Error('the transaction outlived its deadline')
          return result
        })
        return committed.value as T
      }),

    /** Resolves when Postgres answers. However many ask, one question is on its way. */
    check(): Promise<void> {
      checking ??= probe`select 1`
        .then(() => undefined)
        .finally(() => {
          checking = undefined
        })
      return checking
    },

    /** For gauges: how much work holds a slot, and how much waits for one. */
    load: () => ({ running: gate.running, waiting: gate.waiting }),

    close(): Promise<void> {
      closing ??= closeAll()
      return closing
    },
  }

  async function closeAll() {
    gate.close()
    await Promise.all([sql.end({ timeout: CLOSE_TIMEOUT_S }), probe.end({ timeout: CLOSE_TIMEOUT_S })])
    sockets.close()
  }
}
