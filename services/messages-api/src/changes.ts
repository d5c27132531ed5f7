import type { Sql } from '@farmgate/postgres/database.ts'
import { messagesByRev } from './by-rev.ts'
import type { SignUrls } from './images/signed-urls.ts'
import { type Change, changeFrame, lastChange, messageFrame, type RenderedChange } from './rendering.ts'
import { type MessageRow, MOST_POSITION, type RoomRow, readerSeq, toPosition } from './rows.ts'

type Markers = Pick<RoomRow, 'customer_id' | 'customer_seq' | 'farmer_seq'>

/** Revs of a room, both ends included. */
export type Revs = { room_id: string; first: number; last: number }

/**
 * Every change of these revs, one by one and without a gap, in the order in which they are asked for: what live sockets are
 * owed. A message that has changed again since is told at its old rev too, as it is now. `asked` is the place of its room
 * in the question.
 */
export async function changesOf(
  sql: Sql,
  sign: SignUrls,
  revs: readonly Revs[],
): Promise<(RenderedChange & { asked: number })[]> {
  const rows = await sql<(MessageRow & Markers & { at_rev: number; change: Change | null; asked: number })[]>`
    select m.*, told.at_rev, told.change, r.customer_id, r.customer_seq, r.farmer_seq, (a.ord - 1)::float8 as asked
    from unnest(
      ${revs.map(({ room_id }) => room_id)}::uuid[],
      ${revs.map(({ first }) => toPosition(first))}::int[],
      ${revs.map(({ last }) => toPosition(last))}::int[]
    ) with ordinality as a (room_id, first, last, ord)
    join messages.rooms r on r.room_id = a.room_id
    cross join lateral (
      select rev as at_rev, message_id, null as change
      from ${messagesByRev(sql, sql`a.first - 1`, sql`a.last`, null)} now
      union all
      select rev, message_id, change from messages.superseded
      where room_id = a.room_id and rev between a.first and a.last
    ) told
    join messages.messages m using (message_id)
    order by a.ord, told.at_rev`
  return rows.map((row) => {
    const change = row.change ?? lastChange(row)
    const frame = changeFrame(sign, change, { ...row, rev: row.at_rev }, readerSeq(row, row.sender_id))
    return { room_id: row.room_id, rev: row.at_rev, change, frame, asked: row.asked }
  })
}

/**
 * Each message changed above `afterRev`, once, as it is now, ascending by rev: what one who comes back is owed, a page of
 * it. One that was made after `sinceRev`, which is where the first page began, is `created`, whatever became of it.
 */
export async function missedAfter(
  sql: Sql,
  sign: SignUrls,
  roomId: string,
  afterRev: number,
  sinceRev: number,
  limit: number,
): Promise<{ rev: number; frame: string }[]> {
  const rows = await sql<(MessageRow & Markers)[]>`
    select m.*, r.customer_id, r.customer_seq, r.farmer_seq
    from messages.rooms r
    cross join lateral ${messagesByRev(sql, sql`${toPosition(afterRev)}::int`, MOST_POSITION, limit)} m
    where r.room_id = ${roomId}
    order by m.rev
    limit ${limit}`
  return rows.map((row) => {
    const change = row.created_rev > sinceRev ? 'created' : lastChange(row)
    return { rev: row.rev, frame: messageFrame(sign, change, row, readerSeq(row, row.sender_id)) }
  })
}
