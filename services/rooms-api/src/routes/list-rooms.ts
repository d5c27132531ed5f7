import { type ListRoomsQuery, listRoomsQuery, roomPage } from '@farmgate/contracts/rooms.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import type { ISql } from 'postgres'
import { z } from 'zod'
import { totalUnread } from '../card-frames.ts'
import { type Freshening, readFresh } from '../fresh-cards.ts'
import { cardColumns, cardJoins, type RoomRow, type StoredRoom, seenBy, toStoredRoom } from '../stored-room.ts'

/** Where a page ended: the room's activity in milliseconds since 1970 (until the year 9999), and its id. */
const place = z.tuple([
  z
    .int()
    .min(0)
    .max(Date.UTC(9999, 11, 31)),
  z.uuid(),
])
type Place = z.infer<typeof place>

const schema = {
  tags: ['rooms'],
  summary: "The caller's chat list, newest activity first",
  description: 'A message or an order moves a room to the top; reading does not.',
  querystring: listRoomsQuery,
  response: { 200: roomPage, ...problems('invalid_cursor') },
}

/** GET /chat/rooms/ — the caller's rooms as customer and as farmer, a page at a time. */
export function listRooms(app: App, held: Freshening): void {
  app.get('/chat/rooms/', { schema }, async ({ query, user }) => {
    const after = query.cursor === undefined ? undefined : toPlace(query.cursor)
    if (user.isService) return { results: [], next_cursor: null, total_unread: 0 }
    const { rooms, total_unread } = await readFresh(
      held,
      () => held.db.run((sql) => readPage(sql, user.id, query, after)),
      (page) => page.rooms.slice(0, query.limit),
    )
    const results = rooms.slice(0, query.limit)
    const last = rooms.length > query.limit ? results.at(-1) : undefined
    return {
      results: results.map((room) => seenBy(room, user.id)),
      next_cursor: last ? toCursor([Date.parse(last.activity_at), last.room_id]) : null,
      total_unread,
    }
  })
}

/**
 * One room more than the page has, if there is one. A walk along each shelf that the filter asks for, of one page at
 * most: what it costs does not grow with the number of rooms, on whatever shelf they lie.
 */
export async function readPage(sql: ISql, userId: string, query: ListRoomsQuery, after: Place | undefined) {
  const inOrder = sql`order by activity_at desc, room_id desc limit ${query.limit + 1}`
  const behind = after
    ? sql`and (activity_at, room_id) < (${new Date(after[0]).toISOString()}::timestamptz, ${after[1]}::uuid)`
    : sql``
  const rows = await sql<(RoomRow & { total_unread: number })[]>`
    with place as (
      select found.* from unnest(${shelvesOf(query)}::smallint[]) as asked (shelf), lateral (
        (select room_id, activity_at from rooms.rooms
          where customer_id = ${userId} and customer_shelf = asked.shelf ${behind} ${inOrder})
        union all
        (select room_id, activity_at from rooms.rooms
          where farmer_id = ${userId} and farmer_shelf = asked.shelf ${behind} ${inOrder})
      ) as found
      ${inOrder}
    ), card as (
      select ${cardColumns(sql)} from place join rooms.rooms r using (room_id) ${cardJoins(sql)}
    )
    select total.total_unread, card.*
    from (select ${totalUnread(sql, userId)} as total_unread) as total left join card on true
    order by card.activity_ms desc, card.room_id desc`
  // Without a room there is still the row of the total.
  const rooms: StoredRoom[] = rows.filter((row) => row.room_id !== null).map(toStoredRoom)
  return { rooms, total_unread: rows[0]?.total_unread ?? 0 }
}

/** As migrations/0002_lists.sql numbers them: two for each status, the second for rooms with something unread. */
const SHELVES = { none: [0, 1], new: [2, 3], active: [4, 5], completed: [6, 7] }
const ALL_SHELVES = Object.values(SHELVES).flat()

function shelvesOf({ order_status, unread }: ListRoomsQuery): number[] {
  const shelves = order_status === undefined ? ALL_SHELVES : SHELVES[order_status]
  return unread === undefined ? shelves : shelves.filter((shelf) => shelf % 2 === (unread === 'true' ? 1 : 0))
}

const toCursor = (at: Place) => Buffer.from(JSON.stringify(at)).toString('base64url')

function toPlace(cursor: string): Place {
  try {
    return place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw new Refusal('invalid_cursor')
  }
}
