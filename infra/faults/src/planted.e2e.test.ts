import { expect, it } from 'vitest'
import { f02 } from './cases/f02-kill-after-commit.ts'
import { loseGroups } from './cases/f10-lose-streams.ts'
import type { FaultCase } from './fault-case.ts'
import { untilUnderWay } from './load.ts'
import { runCase } from './run-case.ts'
import { signalPostgres } from './strike.ts'
import type { Verdict } from './verdict.ts'

// An oracle that cannot fail proves nothing: four bugs that others have shipped are planted, and each is found.

// What is broken for good need not be looked at for long.
const RUN = { seed: 7, size: { rooms: 20, perS: 60 }, short: true, patienceMs: 4_000 }
/** Other files are tested beside this one. */
const SLACK = 3

const broken = ({ breaches }: Verdict) => [...breaches].filter(([, some]) => some.length > 0).map(([id]) => id)

it('no deduplication: a send that was repeated is stored twice', async () => {
  const planted: FaultCase = { ...f02, world: { failPoints: ['kill-after-commit', 'no-deduplication'] } }
  expect(broken(await runCase(planted, RUN))).toContain('I2')
})

it('a group made at $: what was said before it was made never reaches the cards', async () => {
  const planted: FaultCase = {
    id: 'late group',
    name: 'groups destroyed while their workers stand still',
    world: { failPoints: ['group-at-dollar'] },
    run: loseGroups,
  }
  expect(broken(await runCase(planted, RUN))).toContain('I5')
})

/** A commit takes up to half a second, once, so that a higher id is often committed before a lower one. */
const SLOW_COMMITS = `
  create function messages.dawdle() returns trigger language plpgsql as $$
    begin
      if coalesce(current_setting('planted.dawdled', true), '') = '' then
        perform set_config('planted.dawdled', 'yes', true), pg_sleep(random() * 0.5);
      end if;
      return null;
    end $$;
  create constraint trigger dawdle after insert on messages.outbox deferrable initially deferred
    for each row execute function messages.dawdle()`

const slowCommits: FaultCase = {
  id: 'slow commits',
  name: 'commits that take their time, published by the sweeper alone',
  world: { failPoints: ['sweeper-only'], prepare: SLOW_COMMITS },
  run: ({ load }) => untilUnderWay(load, 150),
}

it('an outbox read by id > last: what commits late stays in it', async () => {
  const planted: FaultCase = {
    ...slowCommits,
    world: { ...slowCommits.world, failPoints: ['sweeper-only', 'outbox-by-id'] },
  }
  expect(broken(await runCase(planted, RUN))).toContain('I9')
})

it('the same slow commits without the bug are no trouble', async () => {
  expect(broken(await runCase(slowCommits, { ...RUN, slack: SLACK, patienceMs: 60_000 }))).toEqual([])
})

/** An acknowledgement that does not wait for the disk; what is still in memory goes with the process. */
const UNSAFE_COMMITS = `
  alter role farmgate_messages_api in database farmgate set synchronous_commit = off;
  alter role farmgate_rooms_api in database farmgate set synchronous_commit = off;
  select pg_terminate_backend(pid) from pg_stat_activity where usename like 'farmgate_%'`

const UNHURRIED = ['wal_writer_delay = 10000', "wal_writer_flush_after = '1GB'"]

it('synchronous_commit=off, and Postgres killed: what was acknowledged is lost', async () => {
  const planted: FaultCase = {
    id: 'unsafe commits',
    name: 'kill -9 Postgres',
    world: { prepare: UNSAFE_COMMITS },
    async run({ world, load }) {
      for (const setting of UNHURRIED) await world.sql.unsafe(`alter system set ${setting}`)
      await world.sql`select pg_reload_conf()`
      await untilUnderWay(load, 200)
      await signalPostgres({ world }, 'SIGKILL')
      await world.stack.postgres.ended()
      await world.stack.postgres.restart()
    },
  }
  expect(broken(await runCase(planted, RUN))).toContain('I1')
})
