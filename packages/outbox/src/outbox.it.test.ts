import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { openDatabase } from '@farmgate/postgres/database.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import { createLog } from '@farmgate/service-kit/log.ts'
import { field } from '@farmgate/streams/entries.ts'
import { type Entry, publish } from '@farmgate/streams/publish.ts'
import { openRig, type Rig, untilUp } from '@farmgate/streams/rig.fixture.ts'
import { shardOf, streamKey, streamKeys } from '@farmgate/streams/shards.ts'
import { emptyDatabase } from '@farmgate/testing/postgres.ts'
import { until } from '@farmgate/testing/until.ts'
import postgres, { type ISql, type Sql } from 'postgres'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type OutboxOptions, startOutbox } from './outbox.ts'
import type { OutboxRow } from './rows.ts'

let database: Awaited<ReturnType<typeof emptyDatabase>>
let sql: Sql
let rig: Rig

beforeAll(async () => {
  database = await emptyDatabase()
  sql = postgres(database.adminUrl, { max: 6, onnotice: () => undefined })
  await sql`create schema example`
  await sql.unsafe(await readFile(new URL('../outbox.sql', import.meta.url), 'utf8'))
})
beforeEach(async () => {
  rig = await openRig()
})
afterEach(async () => {
  await rig.close()
  await sql`truncate example.outbox`
})
afterAll(async () => {
  await sql.end()
  await database.close()
})

const render = (rows: readonly OutboxRow[]): Entry[] =>
  rows.map(({ subject, first_rev }) => ({ stream: 'facts', subject, fields: { n: String(first_rev) } }))

function outbox(options: Partial<OutboxOptions> = {}) {
  const handedOver: number[] = []
  const started = startOutbox({
    sql,
    table: 'example.outbox',
    redis: rig.redis,
    pulse: rig.pulse,
    log: rig.log,
    entriesOf: async (rows) => render(rows),
    isTransient: () => false,
    whenAway: async (rows) => void handedOver.push(...rows.map(({ first_rev }) => first_rev)),
    sweepEveryMs: 50,
    minAgeMs: 0,
    measureEveryMs: 50,
    ...options,
  })
  rig.own(started)
  return { ...started, handedOver }
}

/** Rows for the given numbers, on `on` or committed at once. */
const write = (numbers: readonly number[], on: ISql = sql) => {
  const rows = numbers.map((n) => ({ topic: 'said', subject: `s${n % 20}`, first_rev: n, last_rev: n }))
  return on<OutboxRow[]>`
    insert into example.outbox ${on(rows)}
    returning id::text, topic, subject, first_rev::float8, last_rev::float8, detail, request_id`
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
const sorted = (numbers: Iterable<number>) => [...numbers].toSorted((a, b) => a - b)
const waiting = async () => Number((await sql`select count(*) from example.outbox`)[0]?.count)
const isDrained = async () => (await waiting()) === 0

async function published(): Promise<number[]> {
  const shards = await Promise.all(streamKeys('facts').map((key) => rig.redis.xrange(key, '-', '+').catch(() => [])))
  return shards.flat().map(([, fields]) => Number(field(fields, 'n')))
}

test('the writer publishes at once and its rows are cleared, without the sweeper', async () => {
  const writer = outbox({ minAgeMs: 60_000 })
  for (const n of range(0, 50)) {
    const rows = await write([n * 2, n * 2 + 1])
    writer.publish(render(rows), rows)
  }
  await until(isDrained)
  expect(sorted(await published())).toEqual(range(0, 100))
})

test('rows that were committed and never published are swept, in more than one batch', async () => {
  await write(range(0, 1_200))
  const { gauges } = outbox()
  await until(isDrained)
  expect(sorted(await published())).toEqual(range(0, 1_200))
  await until(() => gauges.waiting === 0)
})

test('where a row stands for much, no more are swept at a time than the owner says', async () => {
  const sizes: number[] = []
  await write(range(0, 25))
  outbox({
    mostSwept: 10,
    entriesOf: async (rows) => {
      sizes.push(rows.length)
      return render(rows)
    },
  })
  await until(isDrained)
  expect(sizes).toEqual([10, 10, 5])
})

test('a row is left to its writer until it is old enough', async () => {
  outbox({ minAgeMs: 400 })
  // Before it is written: nothing that takes long on a busy machine may count for the row.
  const [{ now: before } = { now: 0 }] = await sql<{ now: number }[]>`select extract(epoch from now())::float8 as now`
  await write([1])
  await until(isDrained)
  const [{ now: after } = { now: 0 }] = await sql<{ now: number }[]>`select extract(epoch from now())::float8 as now`
  expect(after - before).toBeGreaterThanOrEqual(0.4)
})

test('a transaction that took a lower id and committed later is published too', async () => {
  outbox()
  const late = await sql.reserve()
  await late`begin`
  await write([1], late)
  await write([2])
  await until(async () => (await published()).includes(2))
  await late`commit`
  late.release()
  await until(async () => (await published()).includes(1))
  await until(isDrained)
})

test('what was rolled back is never published', async () => {
  outbox()
  const failed = await sql.reserve()
  await failed`begin`
  await write([1], failed)
  await failed`rollback`
  failed.release()
  await write([2])
  await until(isDrained)
  expect(await published()).toEqual([2])
})

test('of two sweepers one at a time sends what was left over: none is lost, at most a batch in hand is doubled', async () => {
  await write(range(0, 5_000))
  const [one, two] = [outbox(), outbox()]
  await until(isDrained)
  const sent = await published()
  expect(sorted(new Set(sent))).toEqual(range(0, 5_000))
  expect(sent.length).toBeLessThan(6_500)
  await Promise.all([one.close(), two.close()])
})

test('a sweeper that dies in its turn is followed by another', async () => {
  const dying = Promise.withResolvers<never>()
  const first = outbox({ entriesOf: () => dying.promise, isTransient: () => true })
  await write(range(0, 10))
  await until(() => rig.redis.exists('farmgate:sweeper:example.outbox'))
  outbox()
  await until(isDrained)
  dying.reject(new Error('dies'))
  await first.close()
})

test('what was published and not yet deleted when its process died is published again', async () => {
  const rows = await write(range(0, 10))
  await publish(rig.redis, render(rows))
  outbox()
  await until(isDrained)
  expect((await published()).length).toBe(20)
  expect(sorted(new Set(await published()))).toEqual(range(0, 10))
})

test('while Redis is gone facts are handed over, again and again; on its return everything drains', async () => {
  const { handedOver, gauges, ...writer } = outbox({ repeatEveryMs: 100 })
  rig.server.kill('SIGKILL')
  await until(() => rig.pulse.state === 'away')
  const rows = await write(range(0, 30))
  writer.publish(render(rows), rows)
  await until(() => handedOver.length >= 90)
  expect(sorted(new Set(handedOver))).toEqual(range(0, 30))
  await until(() => gauges.waiting === 30 && gauges.oldestS > 0)
  await rig.server.restartEmpty()
  await until(isDrained)
  expect(sorted(new Set(await published()))).toEqual(range(0, 30))
})

test('while Redis does not answer, the writer is not held up and nothing is lost', async () => {
  const { handedOver, ...writer } = outbox()
  rig.server.pause()
  const start = performance.now()
  for (const n of range(0, 20)) {
    const rows = await write([n])
    writer.publish(render(rows), rows)
  }
  expect(performance.now() - start).toBeLessThan(1_000)
  await until(() => new Set(handedOver).size === 20)
  rig.server.resume()
  await untilUp(rig.pulse)
  await until(isDrained)
  expect(sorted(new Set(await published()))).toEqual(range(0, 20))
})

test('what is said in two calls keeps its rows until the second; where the first fails they are left to the sweeper', async () => {
  const { handedOver, ...writer } = outbox({ minAgeMs: 3_600_000 })
  const rows = await write([1])
  expect(await writer.publish(render(rows), [])).toBe(true)
  expect(await waiting()).toBe(1)
  expect(await writer.publish([], rows)).toBe(true)
  await until(isDrained)
  writer.leave(await write([2]))
  rig.server.kill('SIGKILL')
  await until(() => rig.pulse.state === 'away')
  const late = await write([3])
  expect(await writer.publish(render(late), [])).toBe(false)
  writer.leave(late)
  await until(() => handedOver.length > 0)
  expect(handedOver).toEqual([3])
  expect(await waiting()).toBe(2)
})

test('a full Redis keeps the rows, and they drain when there is room', async () => {
  const { handedOver, ...writer } = outbox()
  await rig.redis.config('SET', 'maxmemory', '1')
  const rows = await write(range(0, 20))
  writer.publish(render(rows), rows)
  await until(() => new Set(handedOver).size === 20)
  expect(await waiting()).toBe(20)
  await rig.redis.config('SET', 'maxmemory', '0')
  await until(isDrained)
  expect(sorted(new Set(await published()))).toEqual(range(0, 20))
})

test('a row that cannot be rendered holds up no other, and is tried again', async () => {
  let isMended = false
  outbox({
    entriesOf: async (rows) => {
      if (!isMended && rows.some(({ first_rev }) => first_rev === 7)) throw new Error('cannot render 7')
      return render(rows)
    },
  })
  await write(range(0, 20))
  await until(async () => (await waiting()) === 1)
  expect(await published()).not.toContain(7)
  isMended = true
  await until(isDrained)
  expect(await published()).toContain(7)
})

test('a key that is no stream holds up only its own rows', async () => {
  const key = streamKey('facts', shardOf('s7'))
  await rig.redis.set(key, 'text')
  outbox()
  await write(range(0, 20))
  const stuck = range(0, 20).filter((n) => shardOf(`s${n}`) === shardOf('s7'))
  await until(async () => (await waiting()) === stuck.length)
  await rig.redis.del(key)
  await until(isDrained)
  expect(sorted(new Set(await published()))).toEqual(range(0, 20))
})

test('where rendering needs something that is away, no row is blamed', async () => {
  let isAway = true
  outbox({
    entriesOf: async (rows) => {
      if (isAway) throw new Error('away')
      return render(rows)
    },
    isTransient: () => true,
  })
  await write(range(0, 20))
  await until(() => rig.said.filter((event) => event === 'outbox.sweep_failed').length > 2)
  isAway = false
  await until(isDrained)
  expect(rig.said).not.toContain('outbox.row_set_aside')
})

test('connections to Postgres are cut: what was committed is published, nothing is half told, and no row is blamed', async () => {
  const name = 'outbox-cut'
  const db = openDatabase(database.adminUrl, { name, log: createLog('outbox', 'silent'), max: 4 })
  rig.own(db)
  const writer = outbox({ sql: db.sql, isTransient: isDependencyAway })
  const committed: number[] = []
  let isOver = false
  /** Two rows in a transaction: `n` is even. */
  const tell = async (n: number) => {
    const rows = await db.begin(async (tx) => [...(await write([n], tx)), ...(await write([n + 1], tx))])
    committed.push(n, n + 1)
    writer.publish(render(rows), rows)
  }
  const telling = range(0, 4).map(async (first) => {
    for (let n = first * 2; !isOver; n += 8) await tell(n).catch((error) => expect(isDependencyAway(error)).toBe(true))
  })
  for (const end = performance.now() + 2_000; performance.now() < end; await wait(50)) {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${name}`
  }
  await until(() => committed.length > 100)
  isOver = true
  await Promise.all(telling)
  await until(isDrained)
  const told = new Set(await published())
  expect(committed.filter((n) => !told.has(n))).toEqual([])
  expect([...told].filter((n) => !told.has(n ^ 1))).toEqual([])
  expect(rig.said).not.toContain('outbox.row_set_aside')
})

test('more than may wait in memory is left to the sweeper', async () => {
  const writer = outbox({ maxWaiting: 10, minAgeMs: 100 })
  const rows = await write(range(0, 30))
  for (const row of rows) writer.publish(render([row]), [row])
  await until(isDrained)
  expect(sorted(new Set(await published()))).toEqual(range(0, 30))
})

test('what is under way at the end is ended, and the rest is left to the next start', async () => {
  const first = outbox({ minAgeMs: 60_000 })
  const rows = await write(range(0, 20))
  first.publish(render(rows.slice(0, 10)), rows.slice(0, 10))
  await first.close()
  expect(await waiting()).toBe(10)
  outbox()
  await until(isDrained)
  expect(sorted(await published())).toEqual(range(0, 20))
})
