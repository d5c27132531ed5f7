import { drive } from '../drive.ts'
import type { Usage } from '../usage.ts'
import { watchUsage } from './costs.ts'
import { faultsOf } from './messages.ts'
import { ms, type Scenario, whole } from './scenario.ts'

const LOOK_EVERY_MS = 5_000
const MIB = 2 ** 20

/** The same rate for a long time. */
export const soak: Scenario = {
  says: 'messages at --rate for --duration, with the memory of every process over time: does it stay flat?',
  async run({ target, flags, say }) {
    const usage = await watchUsage(target)
    const looks: { second: number; usage: Usage }[] = []
    const startedAt = performance.now()
    const look = async () => {
      looks.push({ second: (performance.now() - startedAt) / 1_000, usage: await usage.look() })
    }
    const watching = setInterval(() => void look(), LOOK_EVERY_MS)
    say(`${flags.rate} messages/s for ${flags.durationMs / 1_000} s`)
    const driven = await drive({ ...flags, target }).finally(() => clearInterval(watching))
    const names = Object.keys(usage.before)
    const memory = (name: string) => looks.map((it) => [it.second, (it.usage[name]?.ownBytes ?? 0) / MIB] as const)
    return {
      tables: [
        {
          title: `Memory at ${whole(driven.rate)} messages/s over ${whole(flags.durationMs / 1_000)} s, MiB`,
          heads: ['process', 'second fifth', 'last fifth', 'growth'],
          rows: names.map((name) => {
            const [early, late] = [fifth(memory(name), 1), fifth(memory(name), 4)]
            return [name, early.toFixed(1), late.toFixed(1), `${((late / early - 1) * 100).toFixed(1)} %`]
          }),
        },
        {
          title: 'Delivery, ms',
          heads: ['p50', 'p99', 'max', 'sent', 'lost'],
          rows: [
            [
              ms(driven.deliver.p50),
              ms(driven.deliver.p99),
              ms(driven.deliver.max),
              whole(driven.sent),
              whole(driven.lost),
            ],
          ],
        },
      ],
      charts: [
        { title: 'Memory', x: 'second', y: 'MiB', lines: names.map((name) => ({ name, points: memory(name) })) },
        {
          title: 'Delivery p99',
          x: 'second',
          y: 'ms',
          lines: [{ name: 'p99', points: driven.seconds.map(({ p99 }, at) => [at, p99] as const) }],
        },
      ],
      faults: faultsOf(driven),
    }
  },
}

/** The mean of the nth fifth (0 to 4) of the points. */
function fifth(points: readonly (readonly [number, number])[], n: number): number {
  const part = points.slice(Math.floor((points.length * n) / 5), Math.ceil((points.length * (n + 1)) / 5))
  return part.reduce((sum, [, value]) => sum + value, 0) / part.length
}
