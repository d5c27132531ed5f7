import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { ServiceProcess } from '@farmgate/start/service-process.ts'
import { until } from '@farmgate/testing/until.ts'
import type { Trial } from './fault-case.ts'

/** Ends a process with -9, and starts it again `afterMs` later. */
export async function killAndRevive({ world, killed }: Trial, victim: ServiceProcess, afterMs: number): Promise<void> {
  killed.add(victim.pid)
  victim.kill('SIGKILL')
  await victim.ended()
  await wait(afterMs)
  await world.stack.revive(victim)
}

/** Starts again what died at a fail point. */
export async function reviveDead({ world, killed }: Trial, victim: ServiceProcess): Promise<void> {
  killed.add(victim.pid)
  await world.stack.revive(victim)
}

/** Stops processes for a while, as a machine that is out of memory or on its way to another host does. */
export async function freeze(victims: readonly { kill(signal: NodeJS.Signals): void }[], ms: number): Promise<void> {
  for (const victim of victims) victim.kill('SIGSTOP')
  await wait(ms)
  for (const victim of victims) victim.kill('SIGCONT')
}

/** A signal to Postgres and its children, in which it works. */
export async function signalPostgres({ world }: Pick<Trial, 'world'>, signal: NodeJS.Signals): Promise<void> {
  const { pid } = world.stack.postgres
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  for (const each of [pid, ...children.split(' ').filter(Boolean).map(Number)]) process.kill(each, signal)
}

/** Fails the case where this does not come true in time, which is 10 s where not given. */
export const expectSoon = ({ within }: Pick<Trial, 'within'>, what: string, check: () => unknown, ms = 10_000) =>
  until(check, { within: within(ms), what })

/** @throws Error where it is not so. */
export function expectThat(what: string, isSo: boolean): void {
  if (!isSo) throw new Error(`not so: ${what}`)
}
