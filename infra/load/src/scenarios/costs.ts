import type { Target } from '../target.ts'
import { costEach, type Usage, usageOf } from '../usage.ts'
import { type Table, whole } from './scenario.ts'

const MIB = 2 ** 20

/** What the target's processes use from now on; nothing where they run elsewhere. */
export async function watchUsage({ processes }: Target) {
  const look = async (): Promise<Usage> => (processes ? usageOf(processes()) : {})
  const before = await look()
  return {
    look,
    before,
    /** For `count` things done until now, as a table. */
    async table(what: string, count: number): Promise<Table[]> {
      const after = await look()
      const costs = Object.entries(costEach(before, after, count))
      if (costs.length === 0) return []
      const sum = costs.reduce((total, [, us]) => total + us, 0)
      const row = (name: string, us: number, rss: string) => [
        name,
        whole(us),
        whole(1e6 / us),
        (us / 10).toFixed(1),
        rss,
      ]
      return [
        {
          title: `Cost of ${what}`,
          heads: ['process', 'CPU µs each', 'a second per core', '% of a core per 1,000/s', 'memory MiB'],
          rows: [
            ...costs.map(([name, us]) => row(name, us, whole((after[name]?.ownBytes ?? 0) / MIB))),
            row('all', sum, ''),
          ],
        },
      ]
    },
  }
}
