import { openCrowd } from '../crowd.ts'
import type { FaultCase } from '../fault-case.ts'
import { expectSoon, killAndRevive } from '../strike.ts'

const CLIENTS = 500
const FEWER = 100

/** What they missed meanwhile is the oracle's; here only that all are back in time. */
export const f03: FaultCase = {
  id: 'F3',
  name: 'kill -9 one of two gateways, 500 clients on both',
  async run(trial) {
    const { world, short } = trial
    await using crowd = await openCrowd(trial, short ? FEWER : CLIENTS)
    const [victim] = world.stack.services['ws-gateway']
    if (!victim) throw new Error('no gateway')
    const revived = killAndRevive(trial, victim, 1_000)
    await expectSoon(trial, 'everybody is welcome again', () => crowd.lost() > 0 && crowd.areAllIn())
    await revived
  },
}
