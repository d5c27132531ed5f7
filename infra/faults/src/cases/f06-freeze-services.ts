import type { FaultCase } from '../fault-case.ts'
import { freeze } from '../strike.ts'

const MS = [5_000, 20_000]
const SHORT_MS = [5_000]

/** One of each service; the other of the pair goes on. The kernel gives the frozen one its share of new connections. */
export const f06: FaultCase = {
  id: 'F6',
  name: 'SIGSTOP one of each service for 5 and for 20 s',
  async run({ world, short }) {
    for (const [turn, ms] of (short ? SHORT_MS : MS).entries()) {
      const victims = Object.entries(world.stack.services).flatMap(([name, both]) =>
        name === 'web' ? [] : both.slice(turn, turn + 1),
      )
      await freeze(victims, ms)
    }
  },
}
