import type { FaultCase } from '../fault-case.ts'
import { reviveDead } from '../strike.ts'

/** The clients repeat what was not acknowledged, and get the message of before. */
export const f02: FaultCase = {
  id: 'F2',
  name: 'kill -9 messages-api between commit and answer',
  world: { failPoints: ['kill-after-commit'] },
  async run(trial) {
    for (let i = 0; i < 2; i++) await reviveDead(trial, await trial.world.dieAt('kill-after-commit'))
  },
}
