import type { Verdict } from './run-case.ts'

const COLUMNS = ['case', 'fault', 'seed', 'sent', 'lost', 'doubled', 'reordered', 'healed in', 'holds'] as const

/** The verdicts as a table of Markdown, which also reads well in a terminal. */
export function tableOf(verdicts: readonly Verdict[]): string {
  const rows = [COLUMNS, COLUMNS.map(() => '---'), ...verdicts.map(rowOf)]
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n')
}

export const rowOf = ({ id, name, seed, sent, lost, doubled, reordered, healedMs, breaches }: Verdict): string[] => [
  id,
  name,
  ...[seed, sent, lost, doubled, reordered].map(String),
  healedMs === undefined ? 'never' : `${(healedMs / 1_000).toFixed(1)} s`,
  broken(breaches).join(' ') || 'I1–I10',
]

/** The invariants that do not hold. */
const broken = (breaches: Verdict['breaches']) =>
  [...breaches].filter(([, some]) => some.length > 0).map(([id, some]) => `NOT ${id} (${some.length})`)

/** The first few breaches of each invariant, to begin looking with. */
export const detailsOf = ({ breaches }: Verdict): string =>
  [...breaches].flatMap(([id, some]) => some.slice(0, 5).map((breach) => `     ${id}  ${breach}`)).join('\n')
