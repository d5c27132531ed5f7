import { createLog } from '@farmgate/service-kit/log.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from './database.ts'
import { type OwnServer, ownServer } from './server.fixture.ts'

let server: OwnServer
let db: Database

const options = { name: 'database-test', log: createLog('test', 'silent'), max: 2, deadlineMs: 1_000 }

beforeAll(async () => {
  server = await ownServer()
  db = openDatabase(server.url, options)
  await db.run((sql) => sql`create table said (word text)`)
})

afterAll(async () => {
  await db.close()
  await db.close()
  await server.close()
})

const words = () =>
  db.run(async (sql) => (await sql<{ word: string }[]>`select word from said`).map(({ word }) => word))

test('statements and transactions answer', async () => {
  await db.begin((tx) => tx`insert into said values ('hello')`)
  expect(await words()).toContain('hello')
  await db.check()
})

test('a transaction that throws is rolled back, and its error is handed on', async () => {
  const failing = db.begin(async (tx) => {
    await tx`insert into said values ('taken back')`
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(await words()).not.toContain('taken back')
})

test('a transaction one of whose statements failed is not committed, whether its work heard of it or not', async () => {
  const deaf = db.begin(async (tx) => {
    await tx`insert into said values ('half')`
    await tx`insert into nowhere values (1)`.catch(() => undefined)
  })
  await expect(deaf).rejects.toMatchObject({ code: '42P01' })
  const stubborn = db.begin(async (tx) => {
    await tx`insert into nowhere values (1)`.catch(() => undefined)
    await tx`insert into said values ('half')`
  })
  await expect(stubborn).rejects.toMatchObject({ code: '42P01' })
  expect(await words()).not.toContain('half')
})

test('a statement asked after its transaction has ended is refused', async () => {
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  let late: Promise<unknown> = ended
  await db.begin(async (tx) => {
    late = ended.then(() => tx`insert into said values ('late')`)
    late.catch(() => undefined)
  })
  resolve()
  await expect(late).rejects.toThrow('the transaction is over')
  expect(await words()).not.toContain('late')
})

test('arrays go in as parameters, by whatever statement comes first', async () => {
  const other = openDatabase(server.url, options)
  const odd = ['plain', 'with "quotes", a \\ and {braces}', '', 'null', null]
  const rows = await other.run(
    (sql) => sql`select * from unnest(${odd}::text[], ${[1, 2, 3]}::integer[]) as t (word, n)`,
  )
  expect(rows.map(({ word }) => word)).toEqual(odd)
  expect(rows.map(({ n }) => n)).toEqual([1, 2, 3, null, null])
  const [none] = await other.sql`select cardinality(${[]}::uuid[]) as n`
  expect(none?.n).toBe(0)
  await other.close()
})

test('a row that is locked by another is given up before the deadline', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const other = openDatabase(server.url, { ...options, deadlineMs: 4_000 })
  const holding = other.begin(async (tx) => {
    await tx`select * from said where word = 'hello' for update`
    await promise
  })
  await until(async () => (await other.sql`select 1 from pg_locks where mode = 'RowShareLock'`).length > 0)
  const slow = openDatabase(server.url, { ...options, deadlineMs: 4_000 })
  await expect(slow.run((sql) => sql`update said set word = 'x' where word = 'hello'`)).rejects.toMatchObject({
    code: '55P03',
  })
  resolve()
  await holding
  await Promise.all([other.close(), slow.close()])
})

test('with Postgres stopped every caller is answered in time, and what had not begun is never done', async () => {
  await words()
  server.signalAll('STOP')
  const begun = performance.now()
  const asked = [1, 2, 3, 4, 5, 6].map((n) => db.run((sql) => sql`insert into said values (${`late ${n}`})`))
  const results = await Promise.allSettled(asked)
  expect(results.map((result) => result.status === 'rejected' && String(result.reason))).toEqual(
    asked.map(() => 'DependencyAway: postgres is away'),
  )
  expect(performance.now() - begun).toBeLessThan(1_500)
  expect(db.load()).toEqual({ running: 2, waiting: 0 })

  server.signalAll('CONT')
  await until(() => db.load().running === 0, { within: 10_000 })
  // Only the two that held the slots can have been done; whether they were, nobody was told.
  const late = (await words()).filter((word) => word.startsWith('late'))
  expect(late.every((word) => word === 'late 1' || word === 'late 2')).toBe(true)
})

test('a transaction that outlives its deadline is rolled back', async () => {
  const slow = db.begin(async (tx) => {
    await tx`insert into said values ('too late')`
    await tx`select pg_sleep(0.6)`
    await tx`select pg_sleep(0.6)`
  })
  await expect(slow).rejects.toThrow('postgres is away')
  await until(() => db.load().running === 0)
  expect(await words()).not.toContain('too late')
})

test('after a restart of the server the next callers are served', async () => {
  server.kill('SIGKILL')
  await server.ended()
  await expect(db.run((sql) => sql`select 1`)).rejects.toBeInstanceOf(Error)
  await server.restart()
  await until(() => words(), { within: 3_000 })
  await db.check()
})
