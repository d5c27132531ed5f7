import { setTimeout as wait } from 'node:timers/promises'
import type { FaultCase } from '../fault-case.ts'
import { expectSoon } from '../strike.ts'

const MS = 30_000
const SHORT_MS = 8_000

/** Nobody hangs up: each side has to find out by itself that nothing comes any more. */
export const f17: FaultCase = {
  id: 'F17',
  name: 'packets to and from Redis silently dropped for 30 s',
  async run(trial) {
    const { world, short } = trial
    const { redis } = world.ways
    redis.set({ is: 'black-hole' })
    const over = wait(short ? SHORT_MS : MS)
    for (const name of ['rooms-api', 'messages-api', 'ws-gateway'] as const)
      await expectSoon(trial, `${name} notices`, async () => (await world.stack.log(name)).includes('"pulse.away"'))
    await over
    redis.set({ is: 'pass' })
  },
}
