import type { Room } from '@farmgate/contracts/rooms.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MARKETPLACE, openRig, type Rig } from '../rig.fixture.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig({ instances: 2 })
  await rig.product('p-1')
})
afterAll(() => rig.close())

let customers = 0
const newRoom = (wish = {}) => rig.room({ customer_id: `c-${++customers}`, ...wish })
const change = (room: Room, order_status: unknown, as: Parameters<Rig['as']>[0] = 'f-1', app = rig.app) =>
  rig.as(as, app).patch(`/chat/rooms/${room.room_id}/`, { body: { order_status } })

describe('works', () => {
  test('new, active, completed: each step is in the answer, in the story, and a message unread by the customer', async () => {
    const room = await newRoom()
    const active = await change(room, 'active')
    expect(active.status).toBe(200)
    expect(active.body).toMatchObject({ order_status: 'active', is_new_order: false, has_unread_customer: true })
    expect(active.body.last_message).toMatchObject({ kind: 'order_status', sender_id: 'f-1', seq: 2 })
    expect((await change(room, 'completed')).body).toMatchObject({ order_status: 'completed', last_seq: 3 })
    expect((await rig.events(room.room_id)).slice(2)).toMatchObject([
      { type: 'order.status_changed', event_no: 3, from: 'new', to: 'active', changed_by: 'f-1' },
      { type: 'order.status_changed', event_no: 4, from: 'active', to: 'completed' },
    ])
    const read = await rig.as(room.customer_id).get(`/chat/rooms/${room.room_id}/`)
    expect(read.body).toMatchObject({ order_status: 'completed', unread_count: 2 })
  })

  test('the status it already has is 200, and changes and announces nothing', async () => {
    const room = await newRoom()
    const before = await rig.as('f-1').get(`/chat/rooms/${room.room_id}/`)
    rig.told.length = 0
    const same = await change(room, 'new')
    expect(same).toMatchObject({ status: 200, body: before.body })
    expect(rig.told.flatMap(({ rows }) => rows)).toEqual([])
    expect(await rig.events(room.room_id)).toHaveLength(2)
  })

  test('messages-api has the step before the answer is given', async () => {
    const room = await newRoom()
    rig.peer.heard.length = 0
    await change(room, 'active')
    expect(rig.peer.heard).toMatchObject([{ type: 'order.status_changed', room_id: room.room_id, event_no: 3 }])
  })

  test('the same step 100 times at once over two instances is taken once', async () => {
    const room = await newRoom()
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => change(room, 'active', 'f-1', rig.apps[n % 2])),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(200))
    expect(await rig.events(room.room_id)).toHaveLength(3)
  })
})

describe('refuses', () => {
  test('a step that is none: 409 illegal_transition, with the status now', async () => {
    const room = await newRoom()
    expect(await change(room, 'completed')).toMatchObject({
      status: 409,
      body: { code: 'illegal_transition', current: 'new' },
    })
    await change(room, 'active')
    expect((await change(room, 'new')).body).toMatchObject({ code: 'illegal_transition', current: 'active' })
  })

  test('any step where nothing was bought: 409 with current null', async () => {
    const room = await newRoom({ is_post_checkout: false })
    expect(await change(room, 'new')).toMatchObject({
      status: 409,
      body: { code: 'illegal_transition', current: null },
    })
  })

  test.each([{ order_status: 'lost' }, { order_status: null }, {}, { order_status: 'active', seq: 1 }, [], 'active'])(
    '%j: 400 invalid_body',
    async (body) => {
      const room = await newRoom()
      const answer = await rig.as('f-1').patch(`/chat/rooms/${room.room_id}/`, { body: JSON.stringify(body) })
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_body' } })
    },
  )

  test('a row that somebody else holds: 503 for that room only', async () => {
    const [held, free] = [await newRoom(), await newRoom()]
    await rig.db.begin(async (tx) => {
      await tx`select from rooms.rooms where room_id = ${held.room_id} for update`
      const [waiting, passing] = await Promise.all([change(held, 'active'), change(free, 'active')])
      expect(waiting).toMatchObject({ status: 503, body: { code: 'unavailable' } })
      expect(waiting.headers['retry-after']).toBeDefined()
      expect(passing.status).toBe(200)
    })
    expect((await change(held, 'active')).status).toBe(200)
  })
})

describe('who may', () => {
  test('not the customer, whatever the step: 403 not_the_farmer', async () => {
    const room = await newRoom()
    for (const status of ['new', 'active', 'completed']) {
      expect(await change(room, status, room.customer_id)).toMatchObject({
        status: 403,
        body: { code: 'not_the_farmer' },
      })
    }
  })

  test('no stranger, and not the marketplace: 404 unknown_room', async () => {
    const room = await newRoom()
    for (const who of ['stranger', MARKETPLACE] as const) {
      expect(await change(room, 'active', who)).toMatchObject({ status: 404, body: { code: 'unknown_room' } })
    }
  })
})
