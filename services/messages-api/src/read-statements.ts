import type { Sql, Tx } from '@farmgate/postgres/database.ts'
import { type Party, partyOf, type RoomRow, toPosition } from './rows.ts'
import { lockRoom } from './story-statements.ts'

export type Read = { room_id: string; user_id: string; seq: number }

/**
 * A room after its markers were moved: whose moved, and its outbox row. `partial`: somebody read only a part of what
 * there is, so that nothing was done yet.
 */
export type MarkedRoom = { room: RoomRow; moved: Party[]; partial: boolean; box: string | null }

type Marks = { partial: boolean; customer_to: number | null; farmer_to: number | null; box: string | null }

/**
 * Locks the rooms in the order of their ids and moves every marker that is to reach the room's last message: nothing is
 * then left unread, so nothing has to be counted. Unknown rooms are left out of the answer.
 */
export async function markToNewest(sql: Sql, reads: readonly Read[], requestId: string): Promise<MarkedRoom[]> {
  const at = new Date()
  const rows = await sql<(RoomRow & Marks)[]>`
    with input as (
      select * from unnest(
        ${reads.map((read) => read.room_id)}::uuid[],
        ${reads.map((read) => read.user_id)}::text[],
        ${reads.map((read) => toPosition(read.seq))}::integer[]
      ) as i (room_id, user_id, seq)
    ), locked as materialized (
      select * from messages.rooms where room_id in (select room_id from input) order by room_id for no key update
    ), wanted as (
      select l.room_id, l.last_seq, l.customer_seq, l.farmer_seq,
        max(least(i.seq, l.last_seq)) filter (where i.user_id = l.customer_id and i.seq > l.customer_seq) as customer_to,
        max(least(i.seq, l.last_seq)) filter (where i.user_id = l.farmer_id and i.seq > l.farmer_seq) as farmer_to
      from locked l join input i using (room_id)
      group by l.room_id, l.last_seq, l.customer_seq, l.farmer_seq
    ), moving as (
      select room_id, nullif(customer_to, customer_seq) as customer_to, nullif(farmer_to, farmer_seq) as farmer_to,
        customer_to < last_seq or farmer_to < last_seq as partial
      from wanted
    ), moved as (
      update messages.rooms r set card_rev = r.card_rev + 1,
        customer_seq = coalesce(w.customer_to, r.customer_seq), farmer_seq = coalesce(w.farmer_to, r.farmer_seq),
        customer_unread = case when w.customer_to is null then r.customer_unread else 0 end,
        farmer_unread = case when w.farmer_to is null then r.farmer_unread else 0 end,
        customer_read_at = case when w.customer_to is null then r.customer_read_at else ${at} end,
        farmer_read_at = case when w.farmer_to is null then r.farmer_read_at else ${at} end
      from moving w
      where r.room_id = w.room_id and w.partial is not true and (w.customer_to is not null or w.farmer_to is not null)
      returning r.room_id, concat_ws(',',
        case when w.customer_to is not null then 'customer' end, case when w.farmer_to is not null then 'farmer' end
      ) as parties
    ), boxed as (
      insert into messages.outbox (topic, subject, detail, request_id)
      select 'read', room_id, parties, ${requestId} from moved
      returning id, subject
    )
    select l.*, m.customer_to, m.farmer_to, coalesce(m.partial, false) as partial, boxed.id as box
    from locked l
    join moving m using (room_id)
    left join boxed on boxed.subject = l.room_id::text`
  return rows.map(({ partial, customer_to, farmer_to, box, ...room }) =>
    box === null
      ? { room, moved: [], partial, box }
      : toMarked(room, { customer: customer_to, farmer: farmer_to }, at, box),
  )
}

function toMarked(room: RoomRow, to: Record<Party, number | null>, at: Date, box: string): MarkedRoom {
  const marked: MarkedRoom = { room, moved: [], partial: false, box }
  for (const party of ['customer', 'farmer'] as const) {
    const seq = to[party]
    if (seq === null) continue
    marked.moved.push(party)
    room[`${party}_seq`] = seq
    room[`${party}_read_at`] = at
  }
  return marked
}

/**
 * One marker, to any message. What is left unread is counted after the room was locked, so that it sees every message
 * that the room counts. Nothing where the room is unknown.
 */
export async function markOne(tx: Tx, read: Read, requestId: string): Promise<MarkedRoom | undefined> {
  const room = await lockRoom(tx, read.room_id)
  if (!room) return undefined
  const party = partyOf(room, read.user_id)
  const seq = Math.min(read.seq, room.last_seq)
  if (!party || seq <= room[`${party}_seq`]) return { room, moved: [], partial: false, box: null }
  const at = new Date()
  await tx`
    update messages.rooms set card_rev = card_rev + 1,
      ${tx(`${party}_seq`)} = ${seq}, ${tx(`${party}_read_at`)} = ${at},
      ${tx(`${party}_unread`)} = (
        select count(*) from messages.messages
        where room_id = ${room.room_id} and seq > ${seq} and sender_id <> ${read.user_id} and deleted_at is null
      )
    where room_id = ${room.room_id}`
  const [box] = await tx<{ id: string }[]>`
    insert into messages.outbox (topic, subject, detail, request_id)
    values ('read', ${room.room_id}, ${party}, ${requestId}) returning id`
  return toMarked(room, { customer: null, farmer: null, [party]: seq }, at, box?.id ?? '')
}
