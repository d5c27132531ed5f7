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

const edit = (user: string | null, id: string, body: unknown) => ask(api, user, 'PATCH', `/chat/messages/${id}/`, body)

async function sent(options: { ordered?: boolean } = {}): Promise<Message> {
  const room_id = anOpenRoom(rig.rooms, options)
  return message.parse((await ask(api, CUSTOMER, 'POST', '/chat/messages/', { room_id, body: 'Friday?' })).body)
}

describe('works', () => {
  it('changes the body and takes the next rev; seq stays', async () => {
    const before = await sent()
    const { status, body } = await edit(CUSTOMER, before.message_id, { body: 'Saturday?' })
    expect(status).toBe(200)
    const after = message.parse(body)
    expect(after).toEqual({ ...before, body: 'Saturday?', rev: 2, edited_at: after.edited_at })
    expect(after.edited_at).not.toBeNull()
  })

  it('the body that it has already: 200, and nothing changes', async () => {
    const before = await sent()
    expect((await edit(CUSTOMER, before.message_id, { body: 'Friday?' })).body).toEqual(before)
  })

  it('100 edits at once take 100 revs without a gap', async () => {
    const { message_id, room_id } = await sent()
    await Promise.all(Array.from({ length: 100 }, (_, i) => edit(CUSTOMER, message_id, { body: `edit ${i}` })))
    const revs = await rig.admin`
      select rev from messages.superseded where room_id = ${room_id}
      union select rev from messages.messages where room_id = ${room_id} order by rev`
    expect(revs.map((row) => row.rev)).toEqual(Array.from({ length: 101 }, (_, i) => i + 1))
  })
})

describe('refuses', () => {
  it('after 15 minutes: 409 edit_window_over', async () => {
    const { message_id } = await sent()
    await rig.admin`
      update messages.messages set created_at = now() - interval '15 minutes 1 second' where message_id = ${message_id}`
    const answer = await edit(CUSTOMER, message_id, { body: 'x' })
    expect([answer.status, answer.body]).toMatchObject([409, { code: 'edit_window_over' }])
  })

  it('a deleted message: 409 message_deleted', async () => {
    const { message_id } = await sent()
    await ask(api, CUSTOMER, 'DELETE', `/chat/messages/${message_id}/`)
    const answer = await edit(CUSTOMER, message_id, { body: 'x' })
    expect([answer.status, answer.body]).toMatchObject([409, { code: 'message_deleted' }])
  })

  it.each([{ body: '' }, { body: 'x'.repeat(4001) }, { body: 'x', seq: 1 }, { body: 'x', image_ids: [] }, {}])(
    '%j: 400',
    async (body) => {
      const { message_id } = await sent()
      expect((await edit(CUSTOMER, message_id, body)).status).toBe(400)
    },
  )

  it('an id that is no UUID: 400', async () => {
    expect((await edit(CUSTOMER, '1', { body: 'x' })).status).toBe(400)
  })
})

describe('who may', () => {
  it('not the other party: 403 not_the_sender; not in a system message: 403 system_message', async () => {
    const { message_id, room_id } = await sent({ ordered: true })
    const others = await edit(FARMER, message_id, { body: 'x' })
    expect([others.status, others.body]).toMatchObject([403, { code: 'not_the_sender' }])
    const [first] = await rig.admin`select message_id from messages.messages where room_id = ${room_id} and seq = 1`
    const system = await edit(CUSTOMER, first?.message_id, { body: 'x' })
    expect([system.status, system.body]).toMatchObject([403, { code: 'system_message' }])
  })

  it('a stranger: the same 404 as for a message that is not there', async () => {
    const { message_id } = await sent()
    const there = await edit('mallory', message_id, { body: 'x' })
    expect([there.status, there.body]).toMatchObject([404, { code: 'unknown_message' }])
    expect(there.body).toEqual((await edit('mallory', uuid(), { body: 'x' })).body)
  })

  it("no token: 401; the marketplace's backend: 403", async () => {
    const { message_id } = await sent()
    expect((await edit(null, message_id, { body: 'x' })).status).toBe(401)
    expect((await edit(serviceToken(), message_id, { body: 'x' })).status).toBe(403)
  })
})
