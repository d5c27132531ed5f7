import { room as roomSchema } from '@farmgate/contracts/rooms.ts'
import { token } from '@farmgate/testing/tokens.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MARKETPLACE, openRig, type Rig } from '../rig.fixture.ts'

let rig: Rig
let roomId: string
beforeAll(async () => {
  rig = await openRig()
  await rig.product('p-1')
  roomId = (await rig.room()).room_id
})
afterAll(() => rig.close())

const read = (user: Parameters<Rig['as']>[0], id = roomId) => rig.as(user).get(`/chat/rooms/${id}/`)

test('works: each party sees the room with its own count', async () => {
  const [customer, farmer] = [await read('c-1'), await read('f-1')]
  expect(roomSchema.parse(customer.body)).toMatchObject({ room_id: roomId, unread_count: 0, has_unread_farmer: true })
  expect(roomSchema.parse(farmer.body)).toMatchObject({ room_id: roomId, unread_count: 1, has_unread_farmer: true })
})

test('works: an id in capitals, a path without its last slash', async () => {
  expect((await read('c-1', roomId.toUpperCase())).body.room_id).toBe(roomId)
  expect((await rig.as('c-1').get(`/chat/rooms/${roomId}`)).status).toBe(200)
})

describe('refuses', () => {
  test.each(['1', '..%2f', '%00', 'x'.repeat(200), "'%3b--"])('%s is no room id: 400 invalid_path', async (id) => {
    expect(await read('c-1', id)).toMatchObject({ status: 400, body: { code: 'invalid_path' } })
  })
})

describe('who may', () => {
  test('a stranger, the marketplace, and anybody who asks for no room at all get the same answer', async () => {
    const answers = [
      await read('stranger'),
      await read(MARKETPLACE),
      await read('c-1', '7d3c1f0a-2f6b-4c61-9a44-4d0f0f1c2b3a'),
    ]
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_room' }, text: answers[0]?.text })
    }
  })

  test('a service whose subject is a party is no party', async () => {
    const answer = await rig.bearing(token('c-1', { role: 'service' })).get(`/chat/rooms/${roomId}/`)
    expect(answer.status).toBe(404)
  })

  test('without a token: 401', async () => {
    expect((await rig.app.inject({ url: `/chat/rooms/${roomId}/` })).statusCode).toBe(401)
  })
})
