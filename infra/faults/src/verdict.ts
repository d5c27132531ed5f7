import type { Evidence } from './evidence.ts'
import type { FaultCase } from './fault-case.ts'
import type { Load } from './load.ts'
import { invariants } from './oracle.ts'

/** What became of a case. */
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
  breaches: Breaches
}

/**
 * Places where something does not hold, by invariant. Beside those: `itself`, what the case found wrong; `late`, where
 * everything held in the end, but later than promised. All empty where the case is good.
 */
export type Breaches = ReadonlyMap<string, readonly string[]>

export const hasBroken = ({ breaches }: Pick<Verdict, 'breaches'>): boolean =>
  [...breaches.values()].some((some) => some.length > 0)

export const judge = (evidence: Evidence): Breaches =>
  new Map(invariants.map(({ id, breaches }) => [id, breaches(evidence)]))

export type Seen = {
  /** By the last look, `healingMs` after the fault. */
  breaches: Breaches
  healingMs: number
  /** What was promised of that. */
  mostMs: number
  complaint: string | undefined
}

export function verdictOf(it: FaultCase, seed: number, load: Load, seen: Seen): Verdict {
  const { breaches, complaint, healingMs, mostMs } = seen
  const clients = load.conversations.flatMap(({ customer, farmer }) => [customer, farmer])
  const count = (invariant: string) => breaches.get(invariant)?.length ?? 0
  const isHealed = !hasBroken(seen)
  const late = isHealed && healingMs > mostMs ? [`everything held after ${healingMs} ms, not ${mostMs}`] : []
  return {
    id: it.id,
    name: it.name,
    seed,
    sent: clients.reduce((sum, client) => sum + client.sent.size, 0),
    lost: count('I1'),
    doubled: count('I2') + count('I3'),
    reordered: count('I4'),
    healedMs: isHealed ? healingMs : undefined,
    breaches: new Map([...breaches, ['itself', complaint ? [complaint] : []], ['late', late]]),
  }
}

/** Of a case that did not come to its fault. */
export const noVerdict = ({ id, name }: FaultCase, seed: number, error: unknown): Verdict => ({
  id,
  name,
  seed,
  sent: 0,
  lost: 0,
  doubled: 0,
  reordered: 0,
  healedMs: undefined,
  breaches: new Map([['itself', [String(error)]]]),
})
