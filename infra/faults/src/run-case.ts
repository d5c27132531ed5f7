import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Evidence, leaks, leftOver, type Resources, resourcesOf, storedRooms, viewsOf } from './evidence.ts'
import type { FaultCase, Trial } from './fault-case.ts'
import { type Load, type LoadSize, startLoad, untilUnderWay } from './load.ts'
import { invariants } from './oracle.ts'
import { seededRandom } from './random.ts'
import { signalPostgres } from './strike.ts'
import { openWorld, type World } from './world.ts'

/** What became of a case. `breaches` by invariant; all empty where everything holds. */
export type Verdict = {
  id: string
  name: string
  seed: number
  sent: number
  lost: number
  doubled: number
  reordered: number
  /** From the end of the fault until everything held; undefined where it never did. */
  healedMs: number | undefined
  breaches: ReadonlyMap<string, readonly string[]>
}

const HEALS_WITHIN_MS = 10_000
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
  /** How long everything has to come right after the fault. */
  healsWithinMs?: number
}

/**
 * Starts a world, makes the fault of `it` under load, and compares what everybody saw with what is stored. A world that
 * does not come up is a case that fails, too.
 */
export async function runCase(it: FaultCase, run: Run): Promise<Verdict> {
  try {
    return await runInWorld(it, run)
  } catch (error) {
    const breaches = new Map([['itself', [String(error)]]])
    const nothing = { sent: 0, lost: 0, doubled: 0, reordered: 0, healedMs: undefined }
    return { id: it.id, name: it.name, seed: run.seed, ...nothing, breaches }
  }
}

async function runInWorld(it: FaultCase, run: Run): Promise<Verdict> {
  const world = await openWorld(it.world)
  try {
    const verdict = await runIn(world, it, { short: false, healsWithinMs: HEALS_WITHIN_MS, ...run })
    if (verdict.healedMs === undefined) await keepLogs(world, path.join(KEPT, it.id))
    return verdict
  } finally {
    await world.close()
  }
}

/** What the services said while a case failed is worth more than the case. */
async function keepLogs({ stack }: World, dir: string) {
  await mkdir(dir, { recursive: true })
  for (const name of ['rooms-api', 'messages-api', 'ws-gateway', 'web'] as const)
    await writeFile(path.join(dir, `${name}.log`), await stack.log(name))
}

async function runIn(world: World, it: FaultCase, run: Required<Run>): Promise<Verdict> {
  const { seed, size, short, healsWithinMs } = run
  const random = seededRandom(seed)
  const load = await startLoad(world, size, random)
  try {
    await untilUnderWay(load, Math.min(WARM_UP, size.perS))
    const watched = await watch(world)
    const trial: Trial = { world, load, random, short, deadLetters: 0, killed: watched.killed }
    const complaint = await complaintOf(it.run(trial))
    if (complaint) await heal(world)
    const healed = Date.now()
    await wait(AFTERWARDS_MS)
    await load.quiet()
    const look = async () => judge(await gather(world, load, trial.deadLetters, watched))
    let breaches = await look()
    while (total(breaches) > 0 && Date.now() < healed + healsWithinMs) {
      await wait(LOOK_MS)
      breaches = await look()
    }
    return verdict(
      it,
      seed,
      load,
      complaint ? new Map([...breaches, ['itself', [complaint]]]) : breaches,
      Date.now() - healed,
    )
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

type Breaches = ReadonlyMap<string, readonly string[]>

const judge = (evidence: Evidence): Breaches => new Map(invariants.map(({ id, breaches }) => [id, breaches(evidence)]))
const total = (breaches: Breaches) => [...breaches.values()].reduce((sum, some) => sum + some.length, 0)

function verdict({ id, name }: FaultCase, seed: number, load: Load, breaches: Breaches, healedMs: number): Verdict {
  const clients = load.conversations.flatMap(({ customer, farmer }) => [customer, farmer])
  const count = (invariant: string) => breaches.get(invariant)?.length ?? 0
  return {
    id,
    name,
    seed,
    sent: clients.reduce((sum, client) => sum + client.sent.size, 0),
    lost: count('I1'),
    doubled: count('I2') + count('I3'),
    reordered: count('I4'),
    healedMs: total(breaches) === 0 ? healedMs : undefined,
    breaches,
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

async function gather(world: World, load: Load, deadLetters: number, { before, killed }: Watched): Promise<Evidence> {
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
    misses: world.history.misses,
    views: viewsOf(load),
    rooms: await storedRooms(world),
    leaks: await leaks(world),
    overheard: load.strangers.flatMap(({ frames }, i) => frames.map(({ type }) => `stranger-${i} heard ${type}`)),
    fallen: [...before].filter(([pid]) => !running.has(pid) && !killed.has(pid)).map(([, { process }]) => process),
    leftOver: { ...left, deadLetters: left.deadLetters - deadLetters },
    resources: await Promise.all(
      surviving.map(async ([pid, { process, resources }]) => ({
        process,
        before: resources,
        now: await resourcesOf(pid),
      })),
    ),
  }
}
