import type { FaultCase } from '../fault-case.ts'
import { untilUnderWay } from '../load.ts'
import { freeze } from '../strike.ts'

const MS = 15_000
const SHORT_MS = 6_000
/** Far less than the load says meanwhile, and more than was under way when Redis stopped. */
const SENDS = 100

export const f07: FaultCase = {
  id: 'F7',
  name: 'SIGSTOP Redis for 15 s: sends are acknowledged all the while',
  async run({ world, load, short }) {
    const frozen = freeze([world.stack.redis], short ? SHORT_MS : MS)
    await Promise.all([frozen, untilUnderWay(load, SENDS)])
  },
}
