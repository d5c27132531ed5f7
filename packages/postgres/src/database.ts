import type { Log } from '@farmgate/service-kit/log.ts'
import { type Trace, untraced } from '@farmgate/service-kit/trace.ts'
import postgres from 'postgres'
import { arrayTypes } from './arrays.ts'
import { createGate } from './gate.ts'
import { openLink } from './link.ts'
import { createPool } from './pool.ts'
import { watchSockets } from './sockets.ts'
import { sqlThrough } from './statements.ts'
import { type Tx, transaction } from './transaction.ts'

export type { Tx } from './transaction.ts'

export type Sql = postgres.Sql

type Options = {
  /** `application_name`, so that an operator sees in pg_stat_activity who asks. */
  name: string
  log: Log
  /** Connections, and with them statements or transactions at once. */
  max?: number
  /** From asking to an answer, waiting for a slot included. */
  deadlineMs?: number
  maxWaiting?: number
  /**
   * Statements are planned once for each connection, whatever their parameters: for those of many parts and few rows,
   * whose planning costs more than their work. They must be written so that one plan fits from an empty table on.
   */
  keepPlans?: boolean
  trace?: Trace
}

/** A row that somebody else holds (F16) must not keep a slot for long: the caller comes back after Retry-After. */
const LOCK_TIMEOUT_MS = 1_500

/** A process that stops in the middle of a transaction must not keep its locks. */
const IDLE_IN_TRANSACTION_MS = 5_000

const CONNECT_TIMEOUT_S = 3

export type Database = ReturnType<typeof openDatabase>

/**
 * A pool of connections behind a gate. Where Postgres is away every caller is answered within `deadlineMs` by
 * DependencyAway (503), and nothing that was not begun by then is ever done. Work that had begun may have been done or not:
 * repeating it must be safe. A transaction that outlives its deadline is rolled back.
 */
export function openDatabase(url: string, options: Options) {
  const { name, log, max = 10, deadlineMs = 4_000, maxWaiting = 1_000, trace = untraced } = options
  const { keepPlans = false } = options
  const gate = createGate({ what: 'postgres', slots: max, deadlineMs, maxWaiting })
  const sockets = watchSockets()
  const template = postgres(url, {
    max: 1,
    connect_timeout: CONNECT_TIMEOUT_S,
    // Connections that are too old are ours to replace.
    max_lifetime: null,
    fetch_types: false,
    types: arrayTypes,
    onnotice: (notice) => log.debug({ severity: notice.severity, code: notice.code }, 'postgres.notice'),
    connection: {
      application_name: name,
      statement_timeout: deadlineMs,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      ...(keepPlans && { plan_cache_mode: 'force_generic_plan' }),
    },
  })
  const open = () => openLink(template, sockets)
  const pool = createPool({ size: max, open })
  // Probes have a connection of their own: a busy pool is not an absent Postgres.
  const probes = createPool({ size: 1, open })
  const sql: Sql = sqlThrough(template, pool.ask)
  const probe: Sql = sqlThrough(template, probes.ask)
  const asSpan = <T>(what: string, work: () => Promise<T>) => trace.child(`postgres ${what}`, { kind: 'client' }, work)
  let checking: Promise<void> | undefined
  let closing: Promise<void> | undefined

  return {
    /** The pool without the gate, for what may wait without end (a sweeper, a migration check). Single statements only. */
    sql,

    /** One slot for `work`, whose statements share the pool. Throws DependencyAway, Refusal('overloaded'), or its error. */
    run: <T>(work: (sql: Sql) => Promise<T>): Promise<T> => asSpan('statement', () => gate.run(async () => work(sql))),

    /** One slot for `work` in a transaction, committed when it returns and rolled back when it throws or is late. */
    begin: <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
      asSpan('transaction', () => gate.run((isLate) => pool.lend((link) => transaction(template, link, work, isLate)))),

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
    await Promise.all([pool.close(), probes.close()])
    sockets.close()
  }
}
