import { openCrowd } from '../crowd.ts'
import type { FaultCase } from '../fault-case.ts'
import { expectSoon, expectThat } from '../strike.ts'

const CLIENTS = 500
const FEWER = 100
const STOPS_WITHIN_MS = 20_000

/** Everybody on a gateway that leaves is told 1012, and finds the other. */
export const f20: FaultCase = {
  id: 'F20',
  name: 'rolling restart of the gateways, 500 clients',
  async run(trial) {
    const { world, short, killed, within } = trial
    await using crowd = await openCrowd(trial, short ? FEWER : CLIENTS)
    for (const gateway of world.stack.services['ws-gateway']) {
      killed.add(gateway.pid)
      const began = Date.now()
      gateway.kill('SIGTERM')
      const { code } = await gateway.ended()
      expectThat(
        `a clean end in time: ${code} after ${Date.now() - began} ms`,
        code === 0 && Date.now() - began < within(STOPS_WITHIN_MS),
      )
      await world.stack.revive(gateway)
      await expectSoon(trial, 'everybody is welcome again', crowd.areAllIn)
    }
    const codes = new Set(crowd.goodbyes())
    expectThat(`1012 for all: ${[...codes]}`, codes.size === 1 && codes.has(1012))
  },
}
