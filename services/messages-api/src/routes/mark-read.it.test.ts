import { serviceToken } from '@farmgate/testing/tokens.ts'
import fc from 'fast-check'
import { v4 as uuid } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anOpenRoom, ask, CUSTOMER, FARMER, type Instance, openRig, type Rig } from '../rig.fixture.ts'

let rig: Rig
let instances: [Instance, Instance]
beforeAll(async () => {
  rig = await openRig({ instances: 2 })
  instances = rig.instances as [Instance, Instance]
})
afterAll(() => rig.close())

const mark = (user: string | null, room_id: string, seq: unknown, at = instances[0]) =>
  ask(at, user, 'POST', '/chat/messages/read/', { room_id, seq })
const send = (user: string, room_id: string, at = instances[0]) =>
  ask(at, user, 'POST', '/chat/messages/', { room_id, body: 'x' })
const say = async (room_id: string, count: number) => {
  for (let i = 0; i < count; i++) await send(CUSTOMER, room_id)
}
const roomRow = async (room_id: string) =>
  (await rig.admin`select * from messages.rooms where room_id = ${room_id}`)[0] ?? {}

describe('works', () => {
  it('moves forward, never back, never past the last message', async () => {
    const room_id = anOpenRoom(rig.rooms)
    await say(room_id, 5)
    expect((await mark(FARMER, room_id, 3)).body).toEqual({ seq: 3 })
    expect((await mark(FARMER, room_id, 2)).body).toEqual({ seq: 3 })
    expect((await mark(FARMER, room_id, Number.MAX_SAFE_INTEGER)).body).toEqual({ seq: 5 })
    expect((await mark(FARMER, room_id, 0)).body).toEqual({ seq: 5 })
  })

  it('leaves unread what lies after it', async () => {
    const room_id = anOpenRoom(rig.rooms)
    await say(room_id, 5)
    await mark(FARMER, room_id, 3)
    expect(await roomRow(room_id)).toMatchObject({ farmer_unread: 2, farmer_seq: 3, customer_seq: 0 })
    await mark(FARMER, room_id, 5)
    expect(await roomRow(room_id)).toMatchObject({ farmer_unread: 0, farmer_seq: 5 })
  })

  it('is there for a room that nobody has told us of', async () => {
    expect((await mark(FARMER, anOpenRoom(rig.rooms, { ordered: true }), 1)).body).toEqual({ seq: 1 })
  })
})

describe('refuses', () => {
  it.each([-1, 1.5, '1', null])('seq %j: 400', async (seq) => {
    expect((await mark(FARMER, anOpenRoom(rig.rooms), seq)).status).toBe(400)
  })
})

it('who may: a stranger and nobody get 404, no token 401, the backend 403', async () => {
  const room_id = anOpenRoom(rig.rooms)
  expect((await mark('mallory', room_id, 1)).body).toMatchObject({ status: 404, code: 'unknown_room' })
  expect((await mark('mallory', uuid(), 1)).body).toMatchObject({ status: 404, code: 'unknown_room' })
  expect((await mark(null, room_id, 1)).status).toBe(401)
  expect((await mark(serviceToken(), room_id, 1)).status).toBe(403)
})

// I5 of the delivery contract, under any interleaving: sends, deletes and reads of both parties, at once, over two
// instances. The count must be the recount after every step of the interleaving that is looked at.
it('unread equals a recount, and markers never fall, under random interleavings', async () => {
  const act = fc.record({
    user: fc.constantFrom(CUSTOMER, FARMER),
    what: fc.constantFrom('send', 'send', 'send', 'read', 'delete'),
    seq: fc.integer({ min: 0, max: 12 }),
    instance: fc.integer({ min: 0, max: 1 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(act, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 }),
      async (rounds) => {
        const room_id = anOpenRoom(rig.rooms, { ordered: true })
        await mark(CUSTOMER, room_id, 0)
        let before = await roomRow(room_id)
        for (const round of rounds) {
          await Promise.all(round.map((it) => perform(room_id, it)))
          const room = await roomRow(room_id)
          expect([room.customer_unread, room.farmer_unread]).toEqual(await recount(room_id))
          expect(room.customer_seq).toBeGreaterThanOrEqual(before.customer_seq)
          expect(room.farmer_seq).toBeGreaterThanOrEqual(before.farmer_seq)
          before = room
        }
      },
    ),
    { numRuns: 40 },
  )
})

async function perform(room_id: string, it: { user: string; what: string; seq: number; instance: number }) {
  const at = instances[it.instance] ?? instances[0]
  if (it.what === 'send') return send(it.user, room_id, at)
  if (it.what === 'read') return mark(it.user, room_id, it.seq, at)
  const [message] = await rig.admin`
    select message_id from messages.messages where room_id = ${room_id} and seq = ${it.seq} and kind = 'text'`
  return message && ask(at, it.user, 'DELETE', `/chat/messages/${message.message_id}/`)
}

async function recount(room_id: string): Promise<number[]> {
  const [row] = await rig.admin`
    select
      count(*) filter (where seq > r.customer_seq and sender_id <> r.customer_id)::int as customer,
      count(*) filter (where seq > r.farmer_seq and sender_id <> r.farmer_id)::int as farmer
    from messages.rooms r left join messages.messages m on m.room_id = r.room_id and m.deleted_at is null
    where r.room_id = ${room_id} group by r.room_id`
  return [row?.customer, row?.farmer]
}
