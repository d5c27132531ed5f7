import { setTimeout as wait } from 'node:timers/promises'
import type { FaultCase } from '../fault-case.ts'
import { expectThat } from '../strike.ts'

const MS = 30_000
const SHORT_MS = 5_000
const OTHERS_MS = 2_000

/** 503 for that room, and the others do not notice. */
export const f16: FaultCase = {
  id: 'F16',
  name: "a room's row locked by someone else for 30 s",
  async run({ world, load, short, within }) {
    const [locked, other] = load.conversations
    if (!locked || !other) throw new Error('too few rooms')
    await world.sql.begin(async (tx) => {
      await tx`select from messages.rooms where room_id = ${locked.room_id} for update`
      const held = wait(short ? SHORT_MS : MS)
      const post = (it: typeof locked) =>
        world.history.ask(it.customer_id, 'POST', '/chat/messages/', {
          body: { room_id: it.room_id, body: 'is it free?' },
        })
      const refused = await post(locked)
      expectThat(`503 in the locked room, not ${refused.status}`, refused.status === 503)
      const began = Date.now()
      const stored = await post(other)
      const ms = Date.now() - began
      expectThat(`201 elsewhere, not ${stored.status} after ${ms} ms`, stored.status === 201 && ms < within(OTHERS_MS))
      await held
    })
  },
}
