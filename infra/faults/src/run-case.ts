import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Evidence, leaks, leftOver, type Resources, resourcesOf, storedRooms, viewsOf } from './evidence.ts'
import type { FaultCase, Trial } from './fault-case.ts'
import { type LoadSize, startLoad, untilUnderWay } from './load.ts'
import { seededRandom } from './random.ts'
import { signalPostgres } from './strike.ts'
import { type Breaches, hasBroken, judge, noVerdict, type Verdict, verdictOf } from './verdict.ts'
import { openWorld, type World } from './world.ts'

/** What is promised: from the end of a fault until everything holds, and of anything that is asked for meanwhile. */
const HEALS_WITHIN_MS = 10_000
const ANSWERS_WITHIN_MS = 10_000
/** What does not hold by then is taken never to hold: who only is late is told from who has lost something. */
const PATIENCE_MS = 60_000
const LOOK_MS = 250
/** Load goes on for so long after the fault: what is new must work, too. */
const AFTERWARDS_MS = 1_500
const WARM_UP = 60
/** Logs of cases that fail. */
const KEPT = path.resolve(import.meta.dirname, '../../../.farmgate/faults')

export type Run = {
  seed: number
  size: LoadSize
  /** What lasts long is made shorter. */
  short?: boolean
  /** Everything may take so many times as long as is promised: for a machine that does other work, too. */
  slack?: number
  /** How long to go on looking where something does not hold. */
  patienceMs?: number
  /** Takes the end of a world, which may go on beside what comes next; awaited where not given. */
  leave?: (closed: Promise<void>) => void
}

/**
 * Starts a world, makes the fault of `it` under load, and compares what everybody saw with what is stored. A world that
 * does not come up is a case that fails, too.
 */
export async function runCase(it: FaultCase, run: Run): Promise<Verdict> {
  try {
    return await runInWorld(it, run)
  } catch (error) {
    return noVerdict(it, run.seed, error)
  }
}

async function runInWorld(it: FaultCase, run: Run): Promise<Verdict> {
  const world = await openWorld(it.world)
  try {
    const verdict = await runIn(world, it, run)
    if (hasBroken(verdict)) await keepLogs(world, path.join(KEPT, it.id))
    return verdict
  } finally {
    const closed = world.close()
    if (run.leave) run.leave(closed)
    else await closed
  }
}

/** What the services said while a case failed is worth more than the case. */
async function keepLogs({ stack }: World, dir: string) {
  await mkdir(dir, { recursive: true })
  for (const name of ['rooms-api', 'messages-api', 'ws-gateway', 'web'] as const)
    await writeFile(path.join(dir, `${name}.log`), await stack.log(name))
}

async function runIn(world: World, it: FaultCase, run: Run): Promise<Verdict> {
  const { seed, size, short = false, slack = 1, patienceMs = PATIENCE_MS } = run
  const random = seededRandom(seed)
  const within = (ms: number) => ms * slack
  const load = await startLoad(world, size, random)
  try {
    await untilUnderWay(load, Math.min(WARM_UP, size.perS))
    const watched = await watch(world)
    const trial: Trial = { world, load, random, short, within, deadLetters: 0, killed: watched.killed }
    const complaint = await complaintOf(it.run(trial))
    if (complaint) await heal(world)
    const healing = Date.now()
    await wait(AFTERWARDS_MS)
    await load.quiet()
    const breaches = await untilNone(async () => judge(await gather(trial, watched)), healing + patienceMs)
    const seen = { breaches, complaint, healingMs: Date.now() - healing, mostMs: within(HEALS_WITHIN_MS) }
    return verdictOf(it, seed, load, seen)
  } finally {
    await load.close()
  }
}

/** What the case itself found wrong. */
const complaintOf = (work: Promise<void>) =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )

/** A case that broke off may have left its fault behind. */
async function heal(world: World) {
  for (const way of Object.values(world.ways)) way.set({ is: 'pass' })
  for (const each of [...world.processes(), world.stack.redis]) each.kill('SIGCONT')
  await signalPostgres({ world }, 'SIGCONT')
}

/** The last look: the first that finds nothing, or the first after `deadline`. */
async function untilNone(look: () => Promise<Breaches>, deadline: number): Promise<Breaches> {
  for (;;) {
    const breaches = await look()
    if (!hasBroken({ breaches }) || Date.now() > deadline) return breaches
    await wait(LOOK_MS)
  }
}

type Watched = { killed: Set<number>; before: ReadonlyMap<number, { process: string; resources: Resources }> }

/** How things stand before the fault. */
async function watch(world: World): Promise<Watched> {
  const entries = world
    .processes()
    .map(async ({ name, pid }) => [pid, { process: `${name} (${pid})`, resources: await resourcesOf(pid) }] as const)
  return { killed: new Set(), before: new Map(await Promise.all(entries)) }
}

async function gather(trial: Trial, { before, killed }: Watched): Promise<Evidence> {
  const { world, load, within } = trial
  const running = new Set(
    world
      .processes()
      .filter((it) => it.isRunning())
      .map(({ pid }) => pid),
  )
  const left = await leftOver(world)
  const surviving = [...before].filter(([pid]) => running.has(pid))
  return {
    operations: world.history.operations,
    mostMs: within(ANSWERS_WITHIN_MS),
    misses: world.history.misses,
    views: viewsOf(load),
    rooms: await storedRooms(world),
    leaks: await leaks(world),
    overheard: load.strangers.flatMap(({ frames }, i) => frames.map(({ type }) => `stranger-${i} heard ${type}`)),
    fallen: [...before].filter(([pid]) => !running.has(pid) && !killed.has(pid)).map(([, { process }]) => process),
    leftOver: { ...left, deadLetters: left.deadLetters - trial.deadLetters },
    resources: await Promise.all(
      surviving.map(async ([pid, { process, resources }]) => ({
        process,
        before: resources,
        now: await resourcesOf(pid),
      })),
    ),
  }
}
