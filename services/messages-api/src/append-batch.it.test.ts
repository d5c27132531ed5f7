import { until } from '@farmgate/testing/until.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appendBatch } from './append-batch.ts'
import { anOpenRoom, ask, CUSTOMER, type Instance, openRig, type Rig } from './rig.fixture.ts'

let rig: Rig
let api: Instance
beforeAll(async () => {
  rig = await openRig()
  ;[api] = rig.instances as [Instance]
})
afterAll(() => rig.close())

let sends = 0
const sendTo = (room_id: string) => ({
  room_id,
  sender_id: CUSTOMER,
  client_message_id: `send-${++sends}`,
  body: 'Friday?',
  image_ids: [],
})

/** A room that this process knows, with one message in it. */
async function aKnownRoom(): Promise<string> {
  const room_id = anOpenRoom(rig.rooms)
  await ask(api, CUSTOMER, 'POST', '/chat/messages/', { room_id, body: 'hello' })
  expect(api.parties.partyOf(room_id, CUSTOMER)).toBe('customer')
  return room_id
}

const roomOf = async (room_id: string) => (await rig.admin`select * from messages.rooms where room_id = ${room_id}`)[0]

describe.each([
  ['one send', 1],
  ['three sends', 3],
])('a batch of %s', (_, count) => {
  it('counts as unread for the other party, also where the room is forgotten while it waits for a connection', async () => {
    const room_id = await aKnownRoom()
    const run: typeof api.db.run = (work) => {
      api.parties.forget(room_id)
      return api.db.run(work)
    }
    const batch = Array.from({ length: count }, () => sendTo(room_id))
    await appendBatch({ ...api, db: { ...api.db, run } }, batch, 'r-1')
    expect(await roomOf(room_id)).toMatchObject({ last_seq: count + 1, farmer_unread: count + 1, customer_unread: 0 })
  })

  it('of a room that is known here and gone from the table is unheard, and the room is forgotten', async () => {
    const room_id = await aKnownRoom()
    await rig.admin`delete from messages.messages where room_id = ${room_id}`
    await rig.admin`delete from messages.rooms where room_id = ${room_id}`
    const batch = Array.from({ length: count }, () => sendTo(room_id))
    expect(await appendBatch(api, batch, 'r-1')).toEqual(batch.map(() => 'unheard'))
    expect(api.parties.partyOf(room_id, CUSTOMER)).toBeUndefined()
    expect(await rig.admin`select from messages.messages where room_id = ${room_id}`).toHaveLength(0)
  })

  it('is answered, and left to the sweeper, where the telling breaks', async () => {
    const room_id = await aKnownRoom()
    const events: string[] = []
    const log = Object.assign(Object.create(api.log), { error: (_about: object, event: string) => events.push(event) })
    const tell = () => {
      throw new Error('broken')
    }
    const batch = Array.from({ length: count }, () => sendTo(room_id))
    const attempts = await appendBatch({ ...api, log, cards: { ...api.cards, tell } }, batch, 'r-1')
    expect(attempts.map((it) => it !== 'unheard' && it.outcome)).toEqual(batch.map(() => 'stored'))
    await until(() => events.length > 0)
    expect(events).toEqual(['append.left_to_sweeper'])
    const waiting = async () => (await rig.admin`select from messages.outbox`).length
    await until(async () => (await waiting()) === 0, { within: 10_000 })
  })
})
