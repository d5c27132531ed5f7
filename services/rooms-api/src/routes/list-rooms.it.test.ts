import { type Room, roomPage } from '@farmgate/contracts/rooms.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MARKETPLACE, openRig, type Rig } from '../rig.fixture.ts'
import { readPage } from './list-rooms.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
  for (const party of PARTIES) for (const count of [100, 5_000]) await manyRooms(party, count)
  await rig.analyze()
})
afterAll(() => rig.close())

/** A farmer of one's own with a product, so that tests do not meet. */
async function farm(name: string, rooms: number): Promise<Room[]> {
  await rig.product(`p-${name}`, { farmer_id: name })
  const made: Room[] = []
  for (let n = 0; n < rooms; n++) {
    made.push(await rig.room({ customer_id: `${name}-c${n}`, farmer_id: name, product_id: `p-${name}` }))
  }
  return made
}

const list = async (user: string, query = '') => {
  const answer = await rig.as(user).get(`/chat/rooms/${query}`)
  expect(answer.status).toBe(200)
  return roomPage.parse(answer.body)
}
const ids = (rooms: Room[]) => rooms.map(({ room_id }) => room_id)
const at = (roomId: string, time: string) =>
  rig.db.run((sql) => sql`update rooms.rooms set activity_at = ${time} where room_id = ${roomId}`)

describe('works', () => {
  test('newest activity first, in both roles, each room as its caller sees it', async () => {
    const [one] = await farm('f-both', 1)
    await rig.product('p-other', { farmer_id: 'f-else' })
    const other = await rig.room({ customer_id: 'f-both', farmer_id: 'f-else', product_id: 'p-other' })
    await at(one?.room_id ?? '', '2030-01-01T00:00:00.000Z')
    const page = await list('f-both')
    expect(ids(page.results)).toEqual([one?.room_id, other.room_id])
    expect(page.results.map(({ unread_count }) => unread_count)).toEqual([1, 0])
    expect(page).toMatchObject({ next_cursor: null, total_unread: 1 })
  })

  test('pages hold every room once, also where many share one moment', async () => {
    const rooms = await farm('f-pages', 7)
    for (const { room_id } of rooms) await at(room_id, '2026-01-01T00:00:00.123Z')
    const seen: string[] = []
    for (let cursor = ''; ; ) {
      const page = await list('f-pages', `?limit=2${cursor && `&cursor=${cursor}`}`)
      seen.push(...ids(page.results))
      expect(page.total_unread).toBe(7)
      if (page.next_cursor === null) break
      cursor = page.next_cursor
    }
    expect(seen.toSorted()).toEqual(ids(rooms).toSorted())
    expect(new Set(seen).size).toBe(7)
  })

  test('while rooms move to the top, the others are neither skipped nor repeated', async () => {
    const rooms = ids(await farm('f-moving', 6)).toReversed()
    const first = await list('f-moving', '?limit=2')
    expect(ids(first.results)).toEqual(rooms.slice(0, 2))
    await rig.as('f-moving').patch(`/chat/rooms/${rooms[4]}/`, { body: { order_status: 'active' } })
    const second = await list('f-moving', `?limit=2&cursor=${first.next_cursor}`)
    expect(ids(second.results)).toEqual([rooms[2], rooms[3]])
    const third = await list('f-moving', `?limit=2&cursor=${second.next_cursor}`)
    expect(ids(third.results)).toEqual([rooms[5]])
    expect(third.next_cursor).toBeNull()
    expect(ids((await list('f-moving')).results)[0]).toBe(rooms[4])
  })

  test('a last page that is just full says so', async () => {
    await farm('f-full', 2)
    expect((await list('f-full', '?limit=2')).next_cursor).toBeNull()
  })

  test('by order status and by what is unread; the total is over all', async () => {
    const [a, b, c] = ids(await farm('f-filter', 3))
    await rig.as('f-filter').patch(`/chat/rooms/${a}/`, { body: { order_status: 'active' } })
    await rig.db.run((sql) => sql`update rooms.rooms set farmer_unread = 0 where room_id = ${b ?? ''}`)
    expect(ids((await list('f-filter', '?order_status=active')).results)).toEqual([a])
    expect(ids((await list('f-filter', '?order_status=completed')).results)).toEqual([])
    expect(ids((await list('f-filter', '?unread=true')).results)).toEqual([a, c])
    expect(ids((await list('f-filter', '?unread=false')).results)).toEqual([b])
    expect((await list('f-filter', '?order_status=completed')).total_unread).toBe(2)
    expect((await list('f-filter-c0', '?unread=true')).results).toMatchObject([{ unread_count: 1 }])
  })

  const filters = [
    '{}',
    '{"order_status":"completed"}',
    '{"unread":"true"}',
    '{"order_status":"active","unread":"false"}',
  ]
  test.each(filters.flatMap((filter) => PARTIES.map((party) => [filter, party] as const)))(
    'what %s reads for a %s does not grow with the number of rooms, however rare what it asks for',
    async (filter, party) => {
      const query = { ...JSON.parse(filter), limit: 30 }
      const touched = (user: string) =>
        rig.db.begin(async (tx) => {
          await readPage(tx, user, query, undefined)
          const [row] = await tx<{ rows: number }[]>`
            select (seq_tup_read + idx_tup_fetch)::int as rows from pg_stat_xact_user_tables where relname = 'rooms'`
          return row?.rows ?? Number.NaN
        })
      expect(await touched(`${party}-5000`)).toBeLessThanOrEqual(2 * (await touched(`${party}-100`)) + PAGE)
    },
  )
})

const PAGE = 31
const PARTIES = ['customer', 'farmer'] as const

/** Rooms of a user: all of them active and read but for the oldest two, of which one is completed and one is unread. */
async function manyRooms(party: (typeof PARTIES)[number], count: number) {
  const [mine, theirs] = party === 'customer' ? ['customer', 'farmer'] : ['farmer', 'customer']
  const user = `${party}-${count}`
  await rig.db.run(
    (sql) => sql`
      insert into rooms.rooms (room_id, ${sql(`${mine}_id`)}, ${sql(`${theirs}_id`)}, product_id, quantity, is_new_order,
        event_no, last_seq, order_status, ${sql(`${mine}_unread`)}, ${sql(`${theirs}_unread`)}, created_at, activity_at)
      select gen_random_uuid(), ${user}, ${user} || '-' || n, 'p-f-pages', 1, false, 1, 0,
        case n when ${count}::int then 'completed' else 'active' end, case n when ${count}::int - 1 then 1 else 0 end, 0,
        now(), now() - n * interval '1 s'
      from generate_series(1, ${count}::int) n`,
  )
}

describe('refuses', () => {
  test.each(['limit=-1', 'limit=0', 'limit=1e9', 'limit=101', 'limit=x', 'unread=yes', 'order_status=lost'])(
    '%s: 400 invalid_query',
    async (query) => {
      expect(await rig.as('c-1').get(`/chat/rooms/?${query}`)).toMatchObject({
        status: 400,
        body: { code: 'invalid_query' },
      })
    },
  )

  const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const UUID = '7d3c1f0a-2f6b-4c61-9a44-4d0f0f1c2b3a'
  test.each([
    'x',
    '%00',
    "'%20or%201=1--",
    forged(null),
    forged({}),
    forged([1]),
    forged([-1, UUID]),
    forged([1e300, UUID]),
    forged([1.5, UUID]),
    forged(['2026-01-01', UUID]),
    forged([1, 'x']),
    forged([1, UUID, 1]),
  ])('the cursor %s: 400 invalid_cursor', async (cursor) => {
    expect(await rig.as('c-1').get(`/chat/rooms/?cursor=${cursor}`)).toMatchObject({
      status: 400,
      body: { code: 'invalid_cursor' },
    })
  })

  test.each([0, Date.UTC(9999, 11, 31)])('a cursor at the end of time, %d, is a place like any other', async (ms) => {
    expect((await rig.as('c-1').get(`/chat/rooms/?cursor=${forged([ms, UUID])}`)).status).toBe(200)
  })
})

describe('who may', () => {
  test("nobody sees another's rooms, not even with that one's cursor", async () => {
    await farm('f-private', 3)
    const { next_cursor } = await list('f-private', '?limit=1')
    expect(await list('stranger', `?cursor=${next_cursor}`)).toEqual({
      results: [],
      next_cursor: null,
      total_unread: 0,
    })
  })

  test('the marketplace has a list of its own, which is empty', async () => {
    const answer = await rig.as(MARKETPLACE).get('/chat/rooms/')
    expect(answer.body).toEqual({ results: [], next_cursor: null, total_unread: 0 })
  })

  test('without a token: 401', async () => {
    expect((await rig.app.inject({ url: '/chat/rooms/' })).statusCode).toBe(401)
  })
})
