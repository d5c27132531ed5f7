import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { draftRoom } from './draft-room.ts'
import { openRooms } from './open-rooms.ts'
import { roomsOf } from './outbox-rows.ts'
import { checkout, openRig, type Rig } from './rig.fixture.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
  await rig.product('p-1')
})
afterAll(() => rig.close())

const product = { product_id: 'p-1', farmer_id: 'f-1', name: 'Tomatoes', unit: 'kg', image_url: null }
const draft = (customer_id: string, known = product, requestId = '') =>
  draftRoom(checkout({ customer_id }), known, new Date().toISOString(), requestId)
const open = (drafts: ReturnType<typeof draft>[]) => rig.db.run((sql) => openRooms(sql, drafts))

describe('a batch', () => {
  test('opens what is new, finds what is there, and tells whose product has changed, in the order asked', async () => {
    await open([draft('c-there')])
    const drafts = [draft('c-new'), draft('c-there'), draft('c-late', { ...product, name: 'Old' }), draft('c-other')]
    const { openings, told } = await open(drafts)
    expect(openings.map(({ is }) => is)).toEqual(['opened', 'there', 'outdated', 'opened'])
    expect(told.events.map(({ room_id }) => room_id)).toEqual(
      [drafts[0], drafts[0], drafts[3], drafts[3]].map((it) => it?.room.room_id),
    )
    expect(await rig.events(drafts[3]?.room.room_id ?? '')).toEqual(drafts[3]?.events)
  })

  test('with the same room twice opens it once', async () => {
    const { openings } = await open([draft('c-twice'), draft('c-twice')])
    expect(openings.map(({ is }) => is).toSorted()).toEqual(['opened', 'there'])
  })

  test('leaves one outbox row, which names each room and the request that opened it', async () => {
    const drafts = [draft('c-a', product, 'request-a'), draft('c-b', product, 'request, "b"')]
    const { told } = await open(drafts)
    expect(told.rows).toHaveLength(1)
    const named = told.rows.flatMap(roomsOf).map(({ room_id, request_id }) => [room_id, request_id])
    expect(new Map(named as [string, string][])).toEqual(
      new Map(drafts.map(({ room, requestId }) => [room.room_id, requestId])),
    )
  })

  test('that opens nothing tells nothing', async () => {
    await open([draft('c-old')])
    expect((await open([draft('c-old')])).told).toEqual({ events: [], rows: [] })
  })
})

test('two batches that open the same rooms in opposite orders both end', async () => {
  const customers = Array.from({ length: 40 }, (_, n) => `c-cross-${n}`)
  const both = await Promise.all([
    open(customers.map((it) => draft(it))),
    open(customers.toReversed().map((it) => draft(it))),
  ])
  const opened = both.flatMap(({ openings }) => openings).filter(({ is }) => is === 'opened')
  expect(opened).toHaveLength(customers.length)
})
