import {
  eventNumbersAnswer,
  inboxAnswer,
  inboxChangesAnswer,
  rebuildCardsAnswer,
  storyAnswer,
} from '@farmgate/contracts/internal-rooms.ts'
import { inboxServerFrames } from '@farmgate/contracts/server-frames.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cardOf, openRig, type Rig } from '../../rig.fixture.ts'

const NOWHERE = '7d3c1f0a-2f6b-4c61-9a44-4d0f0f1c2b3a'

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
  await rig.product('p-1')
})
afterAll(() => rig.close())

let customers = 0
const newRoom = (wish = {}) => rig.room({ customer_id: `c-${++customers}`, ...wish })
const read = async (user: string, roomId: string) => (await rig.as(user).get(`/chat/rooms/${roomId}/`)).body

describe('POST /internal/rooms/story/', () => {
  test('works: the events above `after`, in order', async () => {
    const { room_id } = await newRoom()
    await rig.as('f-1').patch(`/chat/rooms/${room_id}/`, { body: { order_status: 'active' } })
    const all = storyAnswer.parse((await rig.internal('/internal/rooms/story/', { room_id })).body)
    expect(all.events.map(({ event_no }) => event_no)).toEqual([1, 2, 3])
    expect(all.events).toEqual(await rig.events(room_id))
    const late = await rig.internal('/internal/rooms/story/', { room_id, after: 2 })
    expect(late.body.events).toMatchObject([{ type: 'order.status_changed', event_no: 3 }])
    expect((await rig.internal('/internal/rooms/story/', { room_id, after: 3 })).body).toEqual({ events: [] })
  })

  test('refuses: an unknown room is 404', async () => {
    const answer = await rig.internal('/internal/rooms/story/', { room_id: NOWHERE })
    expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_room' } })
  })

  test("who may: not a user's token, and nobody without one", async () => {
    expect((await rig.as('c-1').post('/internal/rooms/story/', { body: { room_id: NOWHERE } })).status).toBe(401)
    expect((await rig.app.inject({ method: 'POST', url: '/internal/rooms/story/' })).statusCode).toBe(401)
  })
})

test('POST /internal/rooms/event-numbers/ pages through all rooms by id', async () => {
  const made = [await newRoom(), await newRoom(), await newRoom({ is_post_checkout: false })]
  const found = new Map<string, number>()
  for (let after: string | undefined; ; ) {
    const { body } = await rig.internal('/internal/rooms/event-numbers/', { limit: 2, ...(after && { after }) })
    const { rooms } = eventNumbersAnswer.parse(body)
    if (rooms.length === 0) break
    for (const { room_id, event_no } of rooms) found.set(room_id, event_no)
    after = rooms.at(-1)?.room_id
  }
  expect(made.map(({ room_id }) => found.get(room_id))).toEqual([2, 2, 1])
})

test('POST /internal/rooms/inbox/ sums over both roles', async () => {
  await rig.product('p-inbox', { farmer_id: 'f-inbox' })
  await newRoom({ farmer_id: 'f-inbox', product_id: 'p-inbox' })
  const bought = await newRoom({ customer_id: 'f-inbox' })
  await rig.as('f-1').patch(`/chat/rooms/${bought.room_id}/`, { body: { order_status: 'active' } })
  const answer = await rig.internal('/internal/rooms/inbox/', { user_id: 'f-inbox' })
  expect(inboxAnswer.parse(answer.body)).toEqual({ total_unread: 2 })
  expect((await rig.internal('/internal/rooms/inbox/', { user_id: 'nobody' })).body).toEqual({ total_unread: 0 })
})

test('POST /internal/rooms/inbox-changes/ gives the cards that changed since, of these users only', async () => {
  await rig.product('p-changes', { farmer_id: 'f-changes' })
  const [early, late] = [
    await newRoom({ farmer_id: 'f-changes', product_id: 'p-changes' }),
    await newRoom({ farmer_id: 'f-changes', product_id: 'p-changes' }),
  ]
  await rig.db.run(
    (sql) => sql`update rooms.rooms set card_changed_at = now() - interval '1 hour' where room_id = ${early.room_id}`,
  )
  const since = new Date(Date.now() - 60_000).toISOString()
  const answer = await rig.internal('/internal/rooms/inbox-changes/', { user_ids: ['f-changes', 'nobody'], since })
  const { changes } = inboxChangesAnswer.parse(answer.body)
  expect(changes.map(({ user_id }) => user_id)).toEqual(['f-changes'])
  const frame = inboxServerFrames['room.updated'].parse(JSON.parse(changes[0]?.frame ?? ''))
  expect(frame).toEqual({ type: 'room.updated', room: await read('f-changes', late.room_id), total_unread: 2 })
  const none = await rig.internal('/internal/rooms/inbox-changes/', { user_ids: [], since })
  expect(none.body).toEqual({ changes: [] })
  const crowd = Array.from({ length: 5000 }, (_, n) => `${'u'.repeat(59)}${n}`)
  expect((await rig.internal('/internal/rooms/inbox-changes/', { user_ids: crowd, since })).status).toBe(200)
})

test('POST /internal/rooms/inbox-changes/ pages through what changed, each card once, also of one millisecond', async () => {
  await rig.product('p-paged', { farmer_id: 'f-paged' })
  const rooms = await Promise.all(
    Array.from({ length: 7 }, () => newRoom({ farmer_id: 'f-paged', product_id: 'p-paged' })),
  )
  const ids = rooms.map(({ room_id }) => room_id)
  await rig.db.run(
    (sql) => sql`update rooms.rooms set card_changed_at = clock_timestamp() where room_id = any(${ids}::uuid[])`,
  )
  const asked = { user_ids: ['f-paged'], since: new Date(Date.now() - 60_000).toISOString(), limit: 3 }
  const seen: string[][] = []
  for (let after: object | undefined; ; ) {
    const answer = await rig.internal('/internal/rooms/inbox-changes/', { ...asked, ...(after && { after }) })
    const { changes, next } = inboxChangesAnswer.parse(answer.body)
    seen.push(changes.map(({ room_id }) => room_id))
    if (!next) break
    after = next
  }
  expect(seen.map((page) => page.length)).toEqual([3, 3, 1])
  expect(seen.flat().toSorted()).toEqual(ids.toSorted())
})

test('POST /internal/rooms/cards/ brings cards up to date, and says so once', async () => {
  const room = await newRoom()
  rig.told.length = 0
  const cards = [cardOf(room, { card_rev: 4, farmer_unread: 4 }), cardOf(room, { card_rev: 3, farmer_unread: 3 })]
  expect((await rig.internal('/internal/rooms/cards/', { cards })).body).toEqual({ changed: 1 })
  expect((await rig.internal('/internal/rooms/cards/', { cards })).body).toEqual({ changed: 0 })
  expect((await read('f-1', room.room_id)).unread_count).toBe(4)
  expect(rig.told.flatMap(({ rows }) => rows)).toMatchObject([{ topic: 'card', subject: room.room_id }])
})

test('POST /internal/rooms/cards/ takes a thousand of the largest cards at once', async () => {
  const room = await newRoom()
  const last = { ...room.last_message, preview: `${'🥕'.repeat(100)}…`, sender_id: 'x'.repeat(64) }
  const cards = Array.from({ length: 1000 }, () => ({ ...cardOf(room), last_message: last }))
  expect(await rig.internal('/internal/rooms/cards/', { cards })).toEqual({ status: 200, body: { changed: 1 } })
})

describe('POST /internal/cards/rebuild/', () => {
  const corrupt = (roomId: string) =>
    rig.db.run(
      (sql) => sql`
        update rooms.rooms set farmer_unread = 77, customer_unread = 66, last_seq = 55, is_new_order = false,
          last_message = null, card_rev = 1000000 where room_id = ${roomId}`,
    )

  test('one room: whatever stands in its card, it becomes what messages-api says', async () => {
    const room = await newRoom()
    rig.peer.cards.set(room.room_id, cardOf(room, { card_rev: 8 }))
    await corrupt(room.room_id)
    const answer = await rig.internal('/internal/cards/rebuild/', { room_id: room.room_id })
    expect(rebuildCardsAnswer.parse(answer.body)).toEqual({ rooms: 1 })
    expect(await read('f-1', room.room_id)).toEqual({ ...room, unread_count: 1 })
  })

  test('all rooms', async () => {
    rig.peer.cards.clear()
    const rooms = [await newRoom(), await newRoom(), await newRoom()]
    for (const room of rooms) {
      rig.peer.cards.set(room.room_id, cardOf(room, { card_rev: 2 }))
      await corrupt(room.room_id)
    }
    expect((await rig.internal('/internal/cards/rebuild/', {})).body).toEqual({ rooms: 3 })
    for (const room of rooms) expect(await read('f-1', room.room_id)).toEqual({ ...room, unread_count: 1 })
  })

  test('all rooms, a page at a time', async () => {
    const rows = await rig.db.run((sql) => sql<{ room_id: string }[]>`select room_id from rooms.rooms order by room_id`)
    const all = rows.map(({ room_id }) => room_id)
    const pages: (string | undefined)[] = []
    for (let after: string | undefined; ; ) {
      const answer = await rig.internal('/internal/cards/rebuild/', { limit: 5, ...(after && { after }) })
      after = rebuildCardsAnswer.parse(answer.body).next
      pages.push(after)
      if (!after) break
    }
    expect(pages).toEqual([...all.filter((_, i) => i % 5 === 4 && i < all.length - 1), undefined])
  })

  test('refuses: an unknown room is 404', async () => {
    const answer = await rig.internal('/internal/cards/rebuild/', { room_id: NOWHERE })
    expect(answer).toMatchObject({ status: 404, body: { code: 'unknown_room' } })
  })
})

test('GET /openapi.json names every public operation and no internal one', async () => {
  const { paths } = (await rig.app.inject({ url: '/openapi.json' })).json()
  expect(Object.keys(paths).toSorted()).toEqual([
    '/catalog/products/{product_id}/',
    '/catalog/users/{user_id}/',
    '/chat/rooms/',
    '/chat/rooms/{room_id}/',
  ])
})
