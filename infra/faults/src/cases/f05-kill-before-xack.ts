import type { FaultCase } from '../fault-case.ts'
import { reviveDead } from '../strike.ts'

/** What it held is claimed by the other, and done once. */
export const f05: FaultCase = {
  id: 'F5',
  name: 'kill -9 a worker between its effect and XACK',
  world: { failPoints: ['kill-before-xack'] },
  async run(trial) {
    for (let i = 0; i < 2; i++) await reviveDead(trial, await trial.world.dieAt('kill-before-xack'))
  },
}
