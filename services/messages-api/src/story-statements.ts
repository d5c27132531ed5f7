import type { Sql, Tx } from '@farmgate/postgres/database.ts'
import type { RoomRow } from './rows.ts'
import type { Told } from './story.ts'

/** The id of the request that caused a room's events; '' where it is not known. */
export type CauseOf = (roomId: string) => string

type Boxed = { room_id: string; outbox_id: string | null }

/**
 * New rooms with their first messages, in one statement. Answers the rooms that were new: one that was there already
 * is left as it is and left out.
 */
export const openRooms = (sql: Sql, told: readonly Told[], causeOf: CauseOf) => sql<Boxed[]>`
  with opened as (
    insert into messages.rooms (room_id, customer_id, farmer_id, order_status, event_no, last_seq, rev, card_rev,
      order_seq, customer_unread, farmer_unread)
    select room_id, customer_id, farmer_id, order_status, event_no, last_seq, rev, card_rev,
      order_seq, customer_unread, farmer_unread
    from jsonb_populate_recordset(null::messages.rooms, ${JSON.stringify(told.map((it) => it.room))}::text::jsonb)
    order by room_id
    on conflict (room_id) do nothing
    returning room_id, rev
  ), stored as (
    insert into messages.messages
    select m.* from jsonb_populate_recordset(null::messages.messages, ${JSON.stringify(told.flatMap((it) => it.messages))}::text::jsonb) m
    join opened using (room_id)
  ), boxed as (
    insert into messages.outbox (topic, subject, first_rev, last_rev, request_id)
    select 'changes', room_id, 1, rev, cause.value
    from opened join json_each_text(${causes(told, causeOf)}::text::json) cause on cause.key = room_id::text
    where rev > 0
    returning id, subject
  )
  select opened.room_id, boxed.id as outbox_id
  from opened left join boxed on boxed.subject = opened.room_id::text`

const causes = (told: readonly Told[], causeOf: CauseOf) =>
  JSON.stringify(Object.fromEntries(told.map(({ room }) => [room.room_id, causeOf(room.room_id)])))

/** The room's row, locked until the transaction ends: the newest, even where it had to be waited for. */
export async function lockRoom(tx: Tx, roomId: string): Promise<RoomRow | undefined> {
  const [room] = await tx<RoomRow[]>`select * from messages.rooms where room_id = ${roomId} for no key update`
  return room
}

/** Writes down what a story did to a room that is locked; answers the outbox row's id where there are messages. */
export async function writeStory(tx: Tx, told: Told, requestId: string): Promise<string | undefined> {
  const { room, messages } = told
  await tx`
    update messages.rooms set
      order_status = ${room.order_status}, event_no = ${room.event_no}, last_seq = ${room.last_seq}, rev = ${room.rev},
      card_rev = ${room.card_rev}, order_seq = ${room.order_seq},
      customer_unread = ${room.customer_unread}, farmer_unread = ${room.farmer_unread}
    where room_id = ${room.room_id}`
  const [first] = messages
  if (!first) return undefined
  await tx`
    insert into messages.messages
    select * from jsonb_populate_recordset(null::messages.messages, ${JSON.stringify(messages)}::text::jsonb)`
  return boxChanges(tx, room.room_id, first.rev, room.rev, requestId)
}

/** Leaves word of the revs `first` to `last` of a room in the outbox, in the transaction that makes them. */
export async function boxChanges(
  tx: Tx,
  roomId: string,
  first: number,
  last: number,
  requestId: string,
): Promise<string> {
  const [row] = await tx<{ id: string }[]>`
    insert into messages.outbox (topic, subject, first_rev, last_rev, request_id)
    values ('changes', ${roomId}, ${first}, ${last}, ${requestId})
    returning id`
  if (!row) throw new Error('an insert returned no row')
  return row.id
}
