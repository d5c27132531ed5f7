import { changeBatchAnswer } from '@farmgate/contracts/internal-messages.ts'
import { type Message, message } from '@farmgate/contracts/messages.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { anOpenRoom, ask, askInternal, CUSTOMER, type Instance, openRig, type Rig } from '../../rig.fixture.ts'

let rig: Rig
let api: Instance
beforeAll(async () => {
  rig = await openRig()
  ;[api] = rig.instances as [Instance]
})
afterAll(() => rig.close())

async function sent(): Promise<Message> {
  const room_id = anOpenRoom(rig.rooms)
  return message.parse((await ask(api, CUSTOMER, 'POST', '/chat/messages/', { room_id, body: 'Friday?' })).body)
}

it('what cannot be begun in time is refused and never done, so that it overwrites nothing later', async () => {
  const { message_id, room_id } = await sent()
  const changes = Array.from({ length: 20 }, (_, i) => ({
    ...{ op: 'edit', room_id, sender_id: CUSTOMER, message_id },
    body: `late ${i}`,
  }))
  const began = Date.now()
  const { results } = await rig.admin.begin(async (tx) => {
    await tx`select from messages.rooms where room_id = ${room_id} for update`
    return changeBatchAnswer.parse((await askInternal(api, '/internal/messages/change/', { changes })).body)
  })
  expect(Date.now() - began).toBeLessThan(6_000)
  expect(results).toEqual(changes.map(() => ({ outcome: 'refused', code: 'unavailable' })))
  await ask(api, CUSTOMER, 'PATCH', `/chat/messages/${message_id}/`, { body: 'Saturday?' })
  const now = await ask(api, CUSTOMER, 'GET', `/chat/messages/${message_id}/`)
  expect(now.body).toMatchObject({ body: 'Saturday?', rev: 2 })
})
