import { MESSAGES_STREAM } from '@farmgate/contracts/message-events.ts'
import { type RoomEvent, roomEntry } from '@farmgate/contracts/room-events.ts'
import { createLog } from '@farmgate/service-kit/log.ts'
import { field } from '@farmgate/streams/entries.ts'
import { publish } from '@farmgate/streams/publish.ts'
import { openRedis, type Redis } from '@farmgate/streams/redis.ts'
import { streamKeys } from '@farmgate/streams/shards.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anOpenRoom, changeStatus, type Instance, openRig, placeOrder, type Rig } from '../rig.fixture.ts'
import { applyRoomEvents } from '../room-story.ts'

let rig: Rig
let instances: [Instance, Instance]
let redis: Redis
beforeAll(async () => {
  rig = await openRig({ instances: 2 })
  instances = rig.instances as [Instance, Instance]
  redis = openRedis(rig.redis.url, { log: createLog('test', 'silent'), name: 'test' })
  await until(() => redis.status === 'ready')
})
afterAll(async () => {
  await redis.close()
  await rig.close()
})

const story = (room_id: string) => rig.rooms.stories.get(room_id) ?? []
const entryOf = (events: RoomEvent[]) => ({
  stream: 'rooms',
  subject: events[0]?.room_id ?? '',
  fields: roomEntry(events, ''),
})
const entry = (event: RoomEvent) => entryOf([event])
const kinds = async (room_id: string) =>
  (await rig.admin`select kind from messages.messages where room_id = ${room_id} order by seq`).map((row) => row.kind)
const untilSays = (room_id: string, expected: string[]) =>
  until(async () => (await kinds(room_id)).join() === expected.join(), { within: 10_000, what: `${expected}` })
const WHOLE = ['order_placed', 'order_status', 'order_status']

function aWholeOrder(): string {
  const room_id = anOpenRoom(rig.rooms, { ordered: true })
  changeStatus(rig.rooms, room_id, 'new', 'active')
  changeStatus(rig.rooms, room_id, 'active', 'completed')
  return room_id
}

describe('works', () => {
  it('an order and its steps become messages, in order', async () => {
    const room_id = aWholeOrder()
    await publish(redis, story(room_id).map(entry))
    await untilSays(room_id, WHOLE)
  })

  it('backwards, twice and over both instances: once each, in order', async () => {
    const rooms = Array.from({ length: 10 }, aWholeOrder)
    const events = rooms.flatMap(story)
    await publish(redis, [...events.toReversed(), ...events].map(entry))
    await Promise.all(instances.map((instance) => applyRoomEvents(instance, events.toReversed())))
    for (const room_id of rooms) await untilSays(room_id, WHOLE)
    const [row] =
      await rig.admin`select count(*)::int as n from messages.messages where room_id = any(${rooms}::uuid[])`
    expect(row?.n).toBe(30)
  })

  it('a message bears the id of the request that caused it', async () => {
    const room_id = aWholeOrder()
    await publish(redis, [{ ...entryOf(story(room_id)), fields: roomEntry(story(room_id), 'request-7') }])
    const shards = () => Promise.all(streamKeys(MESSAGES_STREAM).map((key) => redis.xrange(key, '-', '+')))
    await until(async () => {
      const entries = (await shards()).flat().filter(([, fields]) => field(fields, 'room_id') === room_id)
      return entries.length === 3 && entries.every(([, fields]) => field(fields, 'request_id') === 'request-7')
    })
  })

  it('a new room with a hole in its story: what is missing is asked for, and what follows is not forgotten', async () => {
    const room_id = aWholeOrder()
    const [opened, , ...later] = story(room_id)
    if (opened) await publish(redis, [entryOf([opened, ...later])])
    await untilSays(room_id, WHOLE)
  })

  it('an event whose forerunners were never told: the rest of the story is asked for', async () => {
    const room_id = aWholeOrder()
    await publish(redis, [entryOf(story(room_id).slice(-1))])
    await untilSays(room_id, WHOLE)
  })
})

describe('refuses', () => {
  it('what does not parse goes to a dead letter; the next is heard', async () => {
    const room_id = anOpenRoom(rig.rooms, { ordered: true })
    const poison = ['{', '[]', '[{"__proto__":{}}]', JSON.stringify([{ ...story(room_id)[0], event_no: 0 }])]
    await publish(redis, [
      ...poison.map((events) => ({ stream: 'rooms', subject: room_id, fields: { events, request_id: '' } })),
      entryOf(story(room_id)),
    ])
    await untilSays(room_id, ['order_placed'])
    const dead = () => instances.reduce((sum, it) => sum + it.consumer.counters.dead, 0)
    await until(() => dead() === poison.length)
  })
})

it('what a newer rooms-api tells is passed over, and what follows it is heard', async () => {
  const room_id = anOpenRoom(rig.rooms)
  const newer = { type: 'room.painted', room_id, event_no: 2, at: new Date().toISOString(), colour: 'green' }
  story(room_id).push(newer as unknown as RoomEvent)
  placeOrder(rig.rooms, room_id)
  await publish(redis, [entryOf(story(room_id))])
  await untilSays(room_id, ['order_placed'])
})

it('after a loss of Redis: rooms whose events were lost are found and told', async () => {
  const room_id = anOpenRoom(rig.rooms)
  await instances[0].db.run((sql) => sql`select 1`)
  placeOrder(rig.rooms, room_id)
  await redis.flushall()
  await untilSays(room_id, ['order_placed'])
})
