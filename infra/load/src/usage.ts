import { readdir, readFile } from 'node:fs/promises'

/** As Linux counts CPU time for /proc: ticks of 10 ms. */
const TICK_US = 10_000
const PAGE_BYTES = 4_096

/**
 * CPU so far in µs, and memory in bytes, of each name's processes and what they started. Memory is what they have for
 * themselves: of what Postgres shares each of its processes would count the same again.
 */
export type Usage = Record<string, { cpuUs: number; ownBytes: number }>

type Stat = { pid: number; parent: number; ticks: number; pages: number }

/** Linux only: elsewhere there is no /proc, and every name has nothing. */
export async function usageOf(processes: Record<string, number[]>): Promise<Usage> {
  const stats = await allStats()
  const children = Map.groupBy(stats, ({ parent }) => parent)
  const tree = (stat: Stat): Stat[] => [stat, ...(children.get(stat.pid) ?? []).flatMap(tree)]
  return Object.fromEntries(
    Object.entries(processes).map(([name, pids]) => {
      const all = stats.filter(({ pid }) => pids.includes(pid)).flatMap(tree)
      const sum = (of: (stat: Stat) => number) => all.reduce((total, stat) => total + of(stat), 0)
      return [name, { cpuUs: sum(({ ticks }) => ticks) * TICK_US, ownBytes: sum(({ pages }) => pages) * PAGE_BYTES }]
    }),
  )
}

/** CPU of each name between two looks, in µs for each of `count` things done. */
export function costEach(before: Usage, after: Usage, count: number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([name, { cpuUs }]) => [name, (cpuUs - (before[name]?.cpuUs ?? 0)) / count]),
  )
}

async function allStats(): Promise<Stat[]> {
  const names = await readdir('/proc').catch(() => [])
  const stats = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(statOf))
  return stats.flatMap((stat) => stat ?? [])
}

async function statOf(pid: string): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined)
  const memory = await readFile(`/proc/${pid}/statm`, 'latin1').catch(() => undefined)
  if (text === undefined || memory === undefined) return undefined
  // The name in brackets may hold anything; what follows are numbers.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const field = (at: number) => Number(fields[at])
  const [, resident = 0, shared = 0] = memory.split(' ').map(Number)
  return {
    pid: Number(pid),
    parent: field(1),
    ticks: field(11) + field(12) + field(13) + field(14),
    pages: resident - shared,
  }
}
