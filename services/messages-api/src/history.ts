import type { ListMessagesQuery } from '@farmgate/contracts/messages.ts'
import type { Sql } from '@farmgate/postgres/database.ts'
import { messagesByRev } from './by-rev.ts'
import { type MessageRow, MOST_POSITION, type RoomRow, toPosition } from './rows.ts'

/** A message with what its room says of its readers. */
export type MessageInRoom = MessageRow & Pick<RoomRow, 'customer_id' | 'farmer_id' | 'customer_seq' | 'farmer_seq'>

/** Messages as they are now, with their rooms' parties and markers; unknown ids are left out. */
export const messagesById = (sql: Sql, ids: readonly string[]) => sql<MessageInRoom[]>`
  select m.*, r.customer_id, r.farmer_id, r.customer_seq, r.farmer_seq
  from messages.messages m join messages.rooms r using (room_id)
  where m.message_id = any(${ids as string[]}::uuid[])`

export type HistoryPage = { room: RoomRow; rows: MessageRow[]; hasMore: boolean }

/**
 * A page of a room's history and where the room stands, of one snapshot: what the page says and what `rev` and
 * `last_seq` say fit together. Nothing where we do not know the room.
 */
export async function historyPage(sql: Sql, query: ListMessagesQuery): Promise<HistoryPage | undefined> {
  const [found] = await sql<{ room: RoomRow; rows: MessageRow[] | null }[]>`
    select to_jsonb(r) as room, (select jsonb_agg(to_jsonb(m)) from (${page(sql, query)}) m) as rows
    from messages.rooms r where r.room_id = ${query.room_id}`
  if (!found) return undefined
  const rows = (found.rows ?? []).map(withDates)
  const hasMore = rows.length > query.limit
  const newest = query.after_seq === undefined && query.after_rev === undefined
  if (hasMore) rows.length = query.limit
  return { room: found.room, rows: newest ? rows.reverse() : rows, hasMore }
}

/** The page's rows and one more, which tells whether there are more. Each bound walks an index of its own. */
function page(sql: Sql, { room_id, before_seq, after_seq, after_rev, limit }: ListMessagesQuery) {
  const inRoom = sql`select * from messages.messages where room_id = ${room_id}`
  if (after_rev !== undefined) {
    const above = messagesByRev(sql, sql`${toPosition(after_rev)}::int`, MOST_POSITION, limit + 1)
    return sql`select * from ${above} m order by rev limit ${limit + 1}`
  }
  if (after_seq !== undefined) return sql`${inRoom} and seq > ${toPosition(after_seq)} order by seq limit ${limit + 1}`
  return sql`${inRoom} and seq < ${toPosition(before_seq ?? Infinity)} order by seq desc limit ${limit + 1}`
}

const withDates = (row: MessageRow): MessageRow => ({
  ...row,
  created_at: new Date(row.created_at),
  edited_at: row.edited_at && new Date(row.edited_at),
  deleted_at: row.deleted_at && new Date(row.deleted_at),
})

/** Rooms as they stand; unknown ones are left out. */
export const findRooms = (sql: Sql, roomIds: readonly string[]) => sql<RoomRow[]>`
  select * from messages.rooms where room_id = any(${roomIds as string[]}::uuid[])`

export async function findRoom(sql: Sql, roomId: string): Promise<{ room: RoomRow } | undefined> {
  const [room] = await findRooms(sql, [roomId])
  return room && { room }
}

/** The highest rev of a room; 0 where we do not know it. */
export async function revOf(sql: Sql, roomId: string): Promise<number> {
  return (await findRoom(sql, roomId))?.room.rev ?? 0
}
