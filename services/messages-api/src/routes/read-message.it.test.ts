import { message } from '@farmgate/contracts/messages.ts'
import { serviceToken } from '@farmgate/testing/tokens.ts'
import { v4 as uuid } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anOpenRoom, ask, CUSTOMER, FARMER, type Instance, openRig, type Rig } from '../rig.fixture.ts'

let rig: Rig
let api: Instance
beforeAll(async () => {
  rig = await openRig()
  ;[api] = rig.instances as [Instance]
})
afterAll(() => rig.close())

const read = (user: string | null, id: string) => ask(api, user, 'GET', `/chat/messages/${id}/`)

async function sent() {
  const room_id = anOpenRoom(rig.rooms)
  return message.parse((await ask(api, CUSTOMER, 'POST', '/chat/messages/', { room_id, body: 'Friday?' })).body)
}

it('works: both parties see the same message, and whether it has been read', async () => {
  const before = await sent()
  expect((await read(CUSTOMER, before.message_id)).body).toEqual(before)
  await ask(api, FARMER, 'POST', '/chat/messages/read/', { room_id: before.room_id, seq: 1 })
  expect((await read(FARMER, before.message_id)).body).toEqual({ ...before, is_read: true })
})

it('works: the path without its slash is the same', async () => {
  const { message_id } = await sent()
  expect((await ask(api, CUSTOMER, 'GET', `/chat/messages/${message_id}`)).status).toBe(200)
})

describe('refuses', () => {
  it.each(['1', '%00', '..%2f', 'x'.repeat(200)])('%s: 400 or 404, never 500', async (id) => {
    expect([400, 404]).toContain((await read(CUSTOMER, id)).status)
  })
})

it('who may: a stranger and nobody get 404, no token 401, the backend 403', async () => {
  const { message_id } = await sent()
  expect((await read('mallory', message_id)).body).toMatchObject({ status: 404, code: 'unknown_message' })
  expect((await read('mallory', uuid())).body).toMatchObject({ status: 404, code: 'unknown_message' })
  expect((await read(null, message_id)).status).toBe(401)
  expect((await read(serviceToken(), message_id)).status).toBe(403)
})
