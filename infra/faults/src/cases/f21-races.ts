import type { Room } from '@farmgate/contracts/rooms.ts'
import type { FaultCase, Trial } from '../fault-case.ts'
import { checkOut } from '../load.ts'
import { expectThat } from '../strike.ts'

const TIMES = 100

/** Each a hundred times at once, over two instances: one of each. */
export const f21: FaultCase = {
  id: 'F21',
  name: 'the same checkout, send and status step 100 times at once',
  async run(trial) {
    const { world } = trial
    const bought = await together(() => checkOut(world, 'racer', 'bo-0'))
    expectOneOf(bought, 201)
    const { room_id } = bought.find(({ body }) => body)?.body ?? { room_id: '' }
    expectThat('one room', new Set(bought.map(({ body }) => body?.room_id)).size === 1)

    const send = { room_id, body: 'once', client_message_id: 'once' }
    expectOneOf(await together(() => world.history.ask('racer', 'POST', '/chat/messages/', { body: send })), 201)

    const step = { order_status: 'active' }
    await together(() => world.history.ask<Room>('bo-0', 'PATCH', `/chat/rooms/${room_id}/`, { body: step }))
    await expectStored(trial, room_id)
  },
}

const together = <T>(ask: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: TIMES }, ask))

function expectOneOf(answers: readonly { status: number | 'lost' }[], status: number) {
  const counts = [...Map.groupBy(answers, (it) => it.status)].map(([each, some]) => `${some.length} × ${each}`)
  const isRight = answers.filter((it) => it.status === status).length === 1
  expectThat(`one ${status} of ${counts.join(', ')}`, isRight)
}

/** The order, what was said, and the step: three messages. The step may still be on its way. */
async function expectStored({ world }: Trial, room_id: string) {
  const page = await world.history.ask<{ results: { kind: string }[] }>(
    'racer',
    'GET',
    `/chat/messages/?room_id=${room_id}`,
  )
  const kinds = page.body?.results.map(({ kind }) => kind) ?? []
  expectThat(`each once: ${kinds}`, new Set(kinds).size === kinds.length && kinds.length >= 2)
}
