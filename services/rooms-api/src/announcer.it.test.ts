import { INBOX_STREAM } from '@farmgate/contracts/inbox-events.ts'
import { ROOMS_STREAM, readRoomEntry } from '@farmgate/contracts/room-events.ts'
import { inboxServerFrames } from '@farmgate/contracts/server-frames.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goLive, type Live } from './live.fixture.ts'
import type { Told } from './record-change.ts'
import { openRig, type Rig } from './rig.fixture.ts'

let rig: Rig
let live: Live
beforeAll(async () => {
  rig = await openRig()
  live = await goLive(rig)
  await rig.product('p-1')
})
afterAll(async () => {
  await live.close()
  await rig.close()
})

let customers = 0
const newRoom = () => rig.room({ customer_id: `c-${++customers}` })
const eventsOf = async (roomId: string) =>
  (await live.said(ROOMS_STREAM))
    .flatMap((fields) => readRoomEntry(fields).events)
    .filter((event) => event.room_id === roomId)
const framesOf = async (userId: string) =>
  (await live.said(INBOX_STREAM))
    .filter(({ user_id }) => user_id === userId)
    .map(({ frame = '' }) => inboxServerFrames['room.updated'].parse(JSON.parse(frame)))

/** Goes on with a sweeper that takes up rows of this age. */
async function sweepAfter(minAgeMs: number) {
  await live.close()
  live = await goLive(rig, { minAgeMs })
}

test('a checkout is told at once: its events in order, its card to both parties; then nothing is left to tell', async () => {
  await sweepAfter(60_000)
  const room = await newRoom()
  await until(async () => (await framesOf('f-1')).some((frame) => frame.room.room_id === room.room_id))
  expect(await eventsOf(room.room_id)).toEqual(await rig.events(room.room_id))
  expect(await framesOf(room.customer_id)).toEqual([{ type: 'room.updated', room, total_unread: 0 }])
  expect((await framesOf('f-1')).at(-1)).toMatchObject({ room: { unread_count: 1 } })
  await until(async () => (await live.unsent()) === 0)
})

test('a room that has changed before its opening is told is told as it is', async () => {
  await sweepAfter(60_000)
  const kept: Told[] = []
  rig.tellBy({ tell: (one) => void kept.push(one), close: async () => undefined })
  await newRoom()
  const room = await newRoom()
  await rig.as('f-1').patch(`/chat/rooms/${room.room_id}/`, { body: { order_status: 'active' } })
  // While the first is told the others wait, and are told together: the older last, as between two connections.
  const [first, opening, change] = kept.filter(({ rows }) => rows.length > 0)
  for (const one of [first, change, opening]) if (one) live.announcer.tell(one)
  await live.announcer.close()
  await until(async () => (await framesOf(room.customer_id)).length > 0)
  const shown = (await framesOf(room.customer_id)).map((frame) => frame.room.order_status)
  expect(new Set(shown)).toEqual(new Set(['active']))
})

test('what was committed and never told (a crash in between) is told by the sweeper', async () => {
  await sweepAfter(200)
  rig.tellBy({ tell: () => undefined, close: async () => undefined })
  const room = await newRoom()
  await until(async () => (await eventsOf(room.room_id)).length === 2)
  await until(async () => (await framesOf(room.customer_id)).length === 1)
  await until(async () => (await live.unsent()) === 0)
})

test('while Redis is away everything is answered, messages-api gets events by hand, and all is told on its return', async () => {
  await sweepAfter(200)
  await rig.server.stop()
  rig.peer.heard.length = 0
  const room = await newRoom()
  expect(room.order_status).toBe('new')
  const answer = await rig.as('f-1').patch(`/chat/rooms/${room.room_id}/`, { body: { order_status: 'active' } })
  expect(answer.body.order_status).toBe('active')
  await until(() => new Set(rig.peer.heard.filter((e) => e.room_id === room.room_id).map((e) => e.event_no)).size === 3)
  await rig.server.restart()
  await until(async () => (await live.unsent()) === 0, { within: 10_000 })
  const told = new Set((await eventsOf(room.room_id)).map(({ event_no }) => event_no))
  expect([...told].toSorted()).toEqual([1, 2, 3])
})

// 4 s where the machine does little else; 10 s are promised, and the other tests take their share of it.
test('6,000 rows that an outage left are told in seconds', async () => {
  await live.close()
  const { room_id: first } = await newRoom()
  await rig.db.run(
    (sql) => sql`
      with opened as (
        insert into rooms.rooms (
          room_id, customer_id, farmer_id, product_id, quantity, is_new_order, event_no, last_seq, customer_unread,
          farmer_unread, created_at, activity_at
        )
        select gen_random_uuid(), 'crowd-' || n, 'f-1', 'p-1', 1, false, 2, 1, 0, 1, now(), now()
        from generate_series(1, 6000) n
        returning room_id
      ), told as (
        insert into rooms.room_events (room_id, event_no, type, payload)
        select opened.room_id, event_no, type, jsonb_set(payload::jsonb, '{room_id}', to_jsonb(opened.room_id))::json
        from opened, rooms.room_events where room_events.room_id = ${first}
      )
      insert into rooms.outbox (topic, subject, first_rev, last_rev, created_at)
      select 'events', room_id, 1, 2, now() - interval '1 minute' from opened`,
  )
  live = await goLive(rig)
  await until(async () => (await live.unsent()) === 0, { within: 30_000 })
}, 60_000)
