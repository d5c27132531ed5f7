import { type ListRoomsQuery, listRoomsQuery, roomPage } from '@farmgate/contracts/rooms.ts'
import type { Sql } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
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
 * One room more than the page has, if there is one. Two scans of the indexes that lie in the list's order, each of one
 * page at most: its cost does not grow with the number of rooms.
 */
async function readPage(sql: Sql, userId: string, query: ListRoomsQuery, after: Place | undefined) {
  const most = query.limit + 1
  const inOrder = sql`order by activity_at desc, room_id desc limit ${most}`
  const behind = after
    ? sql`and (activity_at, room_id) < (${new Date(after[0]).toISOString()}::timestamptz, ${after[1]}::uuid)`
    : sql``
  const inStatus = query.order_status ? sql`and order_status = ${query.order_status}` : sql``
  const rows = await sql<(RoomRow & { total_unread: number })[]>`
    with place as (
      (select room_id, activity_at from rooms.rooms
        where customer_id = ${userId} ${behind} ${inStatus} ${withUnread(sql, 'customer_unread', query)} ${inOrder})
      union all
      (select room_id, activity_at from rooms.rooms
        where farmer_id = ${userId} ${behind} ${inStatus} ${withUnread(sql, 'farmer_unread', query)} ${inOrder})
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

/** Literal conditions, so that the partial indexes serve them. */
function withUnread(sql: Sql, column: 'customer_unread' | 'farmer_unread', { unread }: ListRoomsQuery) {
  if (unread === undefined) return sql``
  return unread === 'true' ? sql`and ${sql(column)} > 0` : sql`and ${sql(column)} = 0`
}

const toCursor = (at: Place) => Buffer.from(JSON.stringify(at)).toString('base64url')

function toPlace(cursor: string): Place {
  try {
    return place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw new Refusal('invalid_cursor')
  }
}
