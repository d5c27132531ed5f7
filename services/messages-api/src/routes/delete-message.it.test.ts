import { type Message, message } from '@farmgate/contracts/messages.ts'
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

const erase = (user: string | null, id: string) => ask(api, user, 'DELETE', `/chat/messages/${id}/`)
const read = async (id: string) => message.parse((await ask(api, FARMER, 'GET', `/chat/messages/${id}/`)).body)
const unread = async (room_id: string) =>
  (await rig.admin`select farmer_unread from messages.rooms where room_id = ${room_id}`)[0]?.farmer_unread

async function sent(room_id = anOpenRoom(rig.rooms)): Promise<Message> {
  return message.parse((await ask(api, CUSTOMER, 'POST', '/chat/messages/', { room_id, body: 'Friday?' })).body)
}

describe('works', () => {
  it('204, and a tombstone at the same seq: no body, no images, a rev of its own', async () => {
    const before = await sent()
    expect((await erase(CUSTOMER, before.message_id)).status).toBe(204)
    const tombstone = await read(before.message_id)
    expect(tombstone).toEqual({ ...before, body: '', images: [], rev: 2, deleted_at: tombstone.deleted_at })
    expect(tombstone.deleted_at).not.toBeNull()
  })

  it('again: 204, and nothing changes', async () => {
    const { message_id } = await sent()
    await erase(CUSTOMER, message_id)
    const once = await read(message_id)
    expect((await erase(CUSTOMER, message_id)).status).toBe(204)
    expect(await read(message_id)).toEqual(once)
  })

  it('is no longer unread; one that had been read changes no count', async () => {
    const { message_id, room_id } = await sent()
    const second = await sent(room_id)
    expect(await unread(room_id)).toBe(2)
    await erase(CUSTOMER, message_id)
    expect(await unread(room_id)).toBe(1)
    await ask(api, FARMER, 'POST', '/chat/messages/read/', { room_id, seq: 2 })
    await erase(CUSTOMER, second.message_id)
    expect(await unread(room_id)).toBe(0)
  })

  it('leaves no trace of what was said', async () => {
    const { message_id, room_id } = await sent()
    await ask(api, CUSTOMER, 'PATCH', `/chat/messages/${message_id}/`, { body: 'a canary that must go' })
    await erase(CUSTOMER, message_id)
    const rows = await rig.admin`
      select to_jsonb(m)::text as row from messages.messages m where room_id = ${room_id}
      union all select to_jsonb(s)::text from messages.superseded s where room_id = ${room_id}`
    expect(rows).toHaveLength(3)
    for (const { row } of rows) expect(row).not.toContain('canary')
  })
})

describe('who may', () => {
  it('not the other party: 403; not in a system message: 403', async () => {
    const { message_id, room_id } = await sent(anOpenRoom(rig.rooms, { ordered: true }))
    expect((await erase(FARMER, message_id)).body).toMatchObject({ status: 403, code: 'not_the_sender' })
    const [first] = await rig.admin`select message_id from messages.messages where room_id = ${room_id} and seq = 1`
    expect((await erase(CUSTOMER, first?.message_id)).body).toMatchObject({ status: 403, code: 'system_message' })
  })

  it("a stranger: 404; no token: 401; the marketplace's backend: 403", async () => {
    const { message_id } = await sent()
    expect((await erase('mallory', message_id)).body).toMatchObject({ status: 404, code: 'unknown_message' })
    expect((await erase('mallory', uuid())).status).toBe(404)
    expect((await erase(null, message_id)).status).toBe(401)
    expect((await erase(serviceToken(), message_id)).status).toBe(403)
  })
})
