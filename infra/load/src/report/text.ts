import type { Finding, Table } from '../scenarios/scenario.ts'

/** What the terminal shows: tables with columns as wide as they must be. */
export const toText = ({ tables, faults }: Finding): string =>
  [...tables.map(tableOf), ...faults.map((fault) => `FAULT  ${fault}`)].join('\n\n')

function tableOf({ title, heads, rows }: Table): string {
  const lines = [heads, ...rows]
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const toLine = (line: readonly string[]) =>
    widths.map((width, column) => (column === 0 ? left : right)(line[column] ?? '', width)).join('  ')
  return [title, ...lines.map(toLine)].join('\n')
}

const left = (text: string, width: number) => text.padEnd(width)
const right = (text: string, width: number) => text.padStart(width)
