import type { Verdict } from './verdict.ts'

const COLUMNS = [
  'case',
  'fault',
  'seeds',
  'sent',
  'lost',
  'doubled',
  'reordered',
  'healed within',
  'holds',
  'on',
] as const

/** A case with all its seeds as a row. */
export type Row = { id: string; cells: string[] }

/** Rows as a table of Markdown, which also reads well in a terminal. */
export const tableOf = (rows: readonly Row[]): string =>
  [COLUMNS, COLUMNS.map(() => '---'), ...rows.map(({ cells }) => cells)]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')

/** `on`: the day and the commit. */
export function rowOf(verdicts: readonly Verdict[], on: string): Row {
  const sum = (what: 'sent' | 'lost' | 'doubled' | 'reordered') =>
    String(verdicts.reduce((total, verdict) => total + verdict[what], 0))
  const { id = '', name = '' } = verdicts[0] ?? {}
  const seeds = verdicts.map(({ seed }) => seed).join(', ')
  const counts = [sum('sent'), sum('lost'), sum('doubled'), sum('reordered')]
  return { id, cells: [id, name, seeds, ...counts, healedWithin(verdicts), holds(verdicts), on] }
}

function healedWithin(verdicts: readonly Verdict[]): string {
  const times = verdicts.map(({ healedMs }) => healedMs ?? Number.POSITIVE_INFINITY)
  const most = Math.max(...times)
  return Number.isFinite(most) ? `${(most / 1_000).toFixed(1)} s` : 'never'
}

/** The invariants that do not hold, if any. */
function holds(verdicts: readonly Verdict[]): string {
  const broken = verdicts.flatMap(({ breaches }) =>
    [...breaches].filter(([, some]) => some.length > 0).map(([id]) => id),
  )
  return broken.length === 0 ? 'I1–I10' : `NOT ${[...new Set(broken)].join(', ')}`
}

/** The first few breaches of each invariant, to begin looking with. */
export const detailsOf = ({ breaches }: Verdict): string =>
  [...breaches].flatMap(([id, some]) => some.slice(0, 5).map((breach) => `     ${id}  ${breach}`)).join('\n')

const BEGIN = '<!-- results: npm run faults -- --write -->\n'
const END = '<!-- end of results -->'

/** A text with the rows in its table of results: a case that stands there already is replaced, the rest stays. */
export function withRows(text: string, rows: readonly Row[]): string {
  const [before, rest] = text.split(BEGIN)
  const [table, after] = rest?.split(END) ?? []
  if (before === undefined || table === undefined || after === undefined)
    throw new Error('there is no place for results')
  const merged = new Map([...rowsIn(table), ...rows].map((row) => [row.id, row]))
  const sorted = [...merged.values()].sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)))
  return `${before}${BEGIN}${tableOf(sorted)}\n${END}${after}`
}

const rowsIn = (table: string): Row[] =>
  table.split('\n').flatMap((line) => {
    const cells = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
    const [id = ''] = cells
    return /^F\d+$/.test(id) ? [{ id, cells }] : []
  })
