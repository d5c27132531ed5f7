import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import { createLog } from '@farmgate/service-kit/log.ts'
import { until } from '@farmgate/testing/until.ts'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from './database.ts'
import { type OwnServer, ownServer, resettable } from './server.fixture.ts'
import type { Tx } from './transaction.ts'

/* Postgres cut under everything at once. An uncaught exception or an unhandled rejection fails the run by itself. */

const NAME = 'cut-test'
const SLOTS = 5
const LOOPS = 20

let server: OwnServer
let way: Awaited<ReturnType<typeof resettable>>

beforeAll(async () => {
  server = await ownServer()
  way = await resettable(server.url)
  await asAdmin((sql) => sql`create table halves (id uuid, half integer)`)
})
beforeEach(() => asAdmin((sql) => sql`truncate halves`))
afterAll(async () => {
  await way.close()
  await server.close()
})

/** Over a connection of the test's own, which no fault is made for. */
async function asAdmin<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(server.url, { max: 1, onnotice: () => undefined })
  return work(sql).finally(() => sql.end())
}

const openOurs = () => openDatabase(way.url, { name: NAME, log: createLog('test', 'silent'), max: SLOTS })

class Wanted extends Error {}

const half = (sql: Tx, id: string, which: number) => sql`insert into halves values (${id}, ${which})`

/** What a loop does in turn. `rows`: those of `id` where it succeeds; it may leave these or none. */
const works: { rows: number; work: (db: Database, id: string) => Promise<unknown> }[] = [
  { rows: 1, work: (db, id) => db.run((sql) => half(sql, id, 1)) },
  {
    rows: 2,
    work: (db, id) =>
      db.begin(async (tx) => {
        await half(tx, id, 1)
        await half(tx, id, 2)
      }),
  },
  {
    rows: 0,
    work: (db) => db.run((sql) => Promise.all([1, 2, 3].map((n) => sql`select ${n}::integer, pg_sleep(0.01)`))),
  },
  { rows: 2, work: (db, id) => db.begin((tx) => Promise.all([half(tx, id, 1), tx`select 1`, half(tx, id, 2)])) },
  {
    // Does not listen to its statements.
    rows: 2,
    work: (db, id) =>
      db.begin(async (tx) => {
        await half(tx, id, 1).catch(() => undefined)
        await tx`select pg_sleep(0.01)`.catch(() => undefined)
        await half(tx, id, 2).catch(() => undefined)
      }),
  },
  {
    // Fails on purpose, and goes on asking after that.
    rows: 0,
    work: (db, id) =>
      db.begin(async (tx) => {
        await half(tx, id, 1)
        const goOn = async () => {
          for (let which = 2; which < 6; which++) await half(tx, id, which)
        }
        await Promise.all([goOn(), Promise.reject(new Wanted())])
      }),
  },
  { rows: 0, work: (db) => db.sql`select 1` },
]

type Done = { id: string; rows: number; isDone: boolean; ms: number; error: unknown }

/** Keeps `db` busy until `stop`, which gives what became of everything. */
function underLoad(db: Database) {
  const history: Done[] = []
  let isOver = false
  const loop = async (_: unknown, first: number) => {
    for (let turn = first; !isOver; turn++) {
      const { rows, work } = works[turn % works.length] ?? { rows: 0, work: async () => undefined }
      const id = randomUUID()
      const begun = performance.now()
      const error = await work(db, id).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      history.push({ id, rows, isDone: error === undefined, ms: performance.now() - begun, error })
      // Refused at once, as while the gate is full, it would never let anything else run.
      if (error) await wait(5)
    }
  }
  const loops = Promise.all(Array.from({ length: LOOPS }, loop))
  return {
    history,
    async stop() {
      isOver = true
      await loops
      return history
    },
  }
}

async function expectNothingHalfDone(history: readonly Done[]) {
  const found = await asAdmin(
    (sql) => sql<{ id: string; n: number }[]>`select id, count(*)::int as n from halves group by id`,
  )
  const rowsOf = new Map(found.map(({ id, n }) => [id, n]))
  const wrong = history.filter(({ id, rows, isDone }) => {
    const n = rowsOf.get(id) ?? 0
    return isDone ? n !== rows : n !== 0 && n !== rows
  })
  expect(wrong).toEqual([])
}

function expectAnswersInTime(history: readonly Done[]) {
  expect(history.filter(({ ms }) => ms > 10_000)).toEqual([])
  const strange = history.filter(({ error }) => error && !(error instanceof Wanted) && !isDependencyAway(error))
  expect(strange.map(({ error }) => error)).toEqual([])
}

/** Each slot has a connection of its own that works, and there are no others; the one for probes apart. */
async function expectAllSlots(db: Database) {
  const asked = Array.from({ length: SLOTS }, () => db.run((sql) => sql`select pg_backend_pid() as pid, pg_sleep(0.3)`))
  const pids = new Set((await Promise.all(asked)).map(([row]) => row?.pid))
  expect(pids.size).toBe(SLOTS)
  const backends = () => asAdmin((sql) => sql`select pid from pg_stat_activity where application_name = ${NAME}`)
  await until(async () => (await backends()).length <= SLOTS + 1)
  expect(db.load()).toEqual({ running: 0, waiting: 0 })
}

async function cutBackends() {
  const end = performance.now() + 2_000
  await asAdmin(async (sql) => {
    while (performance.now() < end) {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${NAME}`
      await wait(50)
    }
  })
}

async function cutOnTheWay() {
  for (const end = performance.now() + 2_000; performance.now() < end; await wait(20)) way.reset()
}

async function restartAfter(signal: NodeJS.Signals) {
  server.kill(signal)
  await server.ended()
  await server.restart()
}

async function stopFor(ms: number) {
  server.signalAll('STOP')
  await wait(ms)
  server.signalAll('CONT')
}

const faults: Record<string, () => Promise<void>> = {
  'every backend terminated again and again': cutBackends,
  'reset on the way again and again': cutOnTheWay,
  'restarted, fast': () => server.restart(),
  'restarted, immediate': () => restartAfter('SIGQUIT'),
  'killed and started again': () => restartAfter('SIGKILL'),
  'stopped for 6 s': () => stopFor(6_000),
}

test.each(Object.entries(faults))(
  'under load, with Postgres %s, nothing is half done and no slot is lost',
  async (_, fault) => {
    const db = openOurs()
    const load = underLoad(db)
    await until(() => load.history.length > 200)
    await fault()
    await until(() => db.run((sql) => sql`select 1`), { within: 3_000 })
    await until(() => db.begin((tx) => tx`select 1`), { within: 3_000 })
    await db.check()
    const before = load.history.length
    await until(() => load.history.slice(before).filter(({ isDone }) => isDone).length > 200)
    const history = await load.stop()
    expectAnswersInTime(history)
    expect(history.some(({ error }) => isDependencyAway(error))).toBe(true)
    await expectNothingHalfDone(history)
    await expectAllSlots(db)
    await expectQuickClose(db)
  },
)

test('closing ends in time while Postgres is stopped under load', async () => {
  const db = openOurs()
  const load = underLoad(db)
  await until(() => load.history.length > 200)
  server.signalAll('STOP')
  await expectQuickClose(db)
  const history = await load.stop()
  server.signalAll('CONT')
  expectAnswersInTime(history)
})

async function expectQuickClose(db: Database) {
  const begun = performance.now()
  await db.close()
  expect(performance.now() - begun).toBeLessThan(6_000)
}
