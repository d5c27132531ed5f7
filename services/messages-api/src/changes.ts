import type { Sql } from '@farmgate/postgres/database.ts'
import type { SignUrls } from './images/signed-urls.ts'
import { type Change, changeFrame, lastChange, messageFrame, type RenderedChange } from './rendering.ts'
import { type MessageRow, type RoomRow, readerSeq, toPosition } from './rows.ts'

type Markers = Pick<RoomRow, 'customer_id' | 'customer_seq' | 'farmer_seq'>

/**
 * Every change of a room above `afterRev`, one by one and without a gap, oldest first: what live sockets are owed. A
 * message that has changed again since is told at its old rev too, as it is now.
 */
export async function changesAfter(
  sql: Sql,
  sign: SignUrls,
  roomId: string,
  afterRev: number,
  limit: number,
): Promise<RenderedChange[]> {
  const rows = await sql<(MessageRow & Markers & { at_rev: number; change: Change | null })[]>`
    with told as (
      select rev as at_rev, message_id, null as change from messages.messages
      where room_id = ${roomId} and rev > ${toPosition(afterRev)}
      union all
      select rev, message_id, change from messages.superseded
      where room_id = ${roomId} and rev > ${toPosition(afterRev)}
      order by at_rev
      limit ${limit}
    )
    select m.*, told.at_rev, told.change, r.customer_id, r.customer_seq, r.farmer_seq
    from told
    join messages.messages m using (message_id)
    join messages.rooms r on r.room_id = m.room_id
    order by told.at_rev`
  return rows.map((row) => {
    const change = row.change ?? lastChange(row)
    const frame = changeFrame(sign, change, { ...row, rev: row.at_rev }, readerSeq(row, row.sender_id))
    return { room_id: roomId, rev: row.at_rev, change, frame }
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
    from messages.messages m
    join messages.rooms r using (room_id)
    where m.room_id = ${roomId} and m.rev > ${toPosition(afterRev)}
    order by m.rev
    limit ${limit}`
  return rows.map((row) => {
    const change = row.created_rev > sinceRev ? 'created' : lastChange(row)
    return { rev: row.rev, frame: messageFrame(sign, change, row, readerSeq(row, row.sender_id)) }
  })
}
