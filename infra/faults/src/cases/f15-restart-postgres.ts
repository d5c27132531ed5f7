import { setTimeout as wait } from 'node:timers/promises'
import type { FaultCase, Trial } from '../fault-case.ts'
import { signalPostgres } from '../strike.ts'

/** Between two of them, so that each meets pools that have come back. */
const PAUSE_MS = 1_500

export const f15: FaultCase = {
  id: 'F15',
  name: 'Postgres: backends terminated, restarted fast and immediate, kill -9',
  async run(trial) {
    const { postgres } = trial.world.stack
    const faults = [
      () => terminateBackends(trial),
      postgres.restart,
      () => endBy(trial, 'SIGQUIT'),
      () => endBy(trial, 'SIGKILL'),
    ]
    for (const fault of faults) {
      await fault()
      await wait(PAUSE_MS)
    }
  },
}

const terminateBackends = async ({ world }: Trial) =>
  void (await world.sql`select pg_terminate_backend(pid) from pg_stat_activity where usename like 'farmgate_%'`)

async function endBy({ world }: Trial, signal: NodeJS.Signals) {
  const { postgres } = world.stack
  if (signal === 'SIGKILL') await signalPostgres({ world }, signal)
  else postgres.kill(signal)
  await postgres.ended()
  await postgres.restart()
}
