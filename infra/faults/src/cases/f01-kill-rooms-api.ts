import type { FaultCase } from '../fault-case.ts'
import { checkOut } from '../load.ts'
import { expectThat, killAndRevive } from '../strike.ts'

const CHECKOUTS = 30

/** One room for a (customer, farmer, product), and room and first message always both: the oracle looks at all rooms. */
export const f01: FaultCase = {
  id: 'F1',
  name: 'kill -9 rooms-api during checkouts',
  async run(trial) {
    const { world } = trial
    const buying = Array.from({ length: CHECKOUTS }, (_, i) => buyUntilAnswered(`hasty-${i}`))
    for (const victim of world.stack.services['rooms-api']) await killAndRevive(trial, victim, 1_000)
    await Promise.all(buying)
    const rooms = await world.sql`select from rooms.rooms where customer_id like 'hasty-%'`
    expectThat(`${CHECKOUTS} rooms, each once: ${rooms.length}`, rooms.length === CHECKOUTS)

    /** As a browser does whose answer did not come. */
    async function buyUntilAnswered(customer: string) {
      for (;;) {
        const { status } = await checkOut(world, customer, 'bo-0')
        if (status === 200 || status === 201) return
      }
    }
  },
}
