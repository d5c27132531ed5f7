import type { FaultCase } from '../fault-case.ts'
import { reviveDead } from '../strike.ts'

/** The sweeper publishes the same entries again: twice on the wire, once for everybody. */
export const f04: FaultCase = {
  id: 'F4',
  name: 'kill -9 between XADD and clearing the outbox',
  world: { failPoints: ['kill-after-xadd'] },
  async run(trial) {
    for (let i = 0; i < 2; i++) await reviveDead(trial, await trial.world.dieAt('kill-after-xadd'))
  },
}
