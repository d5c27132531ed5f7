import { plainArray } from '@farmgate/postgres/arrays.ts'
import type { Sql } from '@farmgate/postgres/database.ts'
import { appendOne, type MovedRoom } from './append-one.ts'
import { type AppendRow, type Batch, type Send, UNHEARD } from './append-statement.ts'
import type { KnownParties } from './known-parties.ts'

/** A room of a batch: how many sends, how many of them by its customer, and the places of them all in their order. */
type Share = { room_id: string; count: number; byCustomer: number; places: number[] }

/**
 * The common way of a batch into its histories: each room and each sender's part in it is known, and a repeat is not
 * expected. So nothing is looked up: the rooms are locked and moved in one step, and the numbers follow from where they
 * stand then. A repeat runs into the unique index (`isTwin`) and a room that somebody keeps into `lock_timeout`
 * (`isLocked`), both before anything is stored: then the batch goes the careful way (`append-statement.ts`).
 */
export async function appendKnown(sql: Sql, batch: Batch, parties: KnownParties): Promise<readonly AppendRow[]> {
  const shares = sharesOf(batch.sends, parties)
  const [one] = batch.sends
  const isAlone = one && batch.sends.length === 1
  const moved = await (isAlone
    ? appendOne(sql, batch, one, shares[0]?.byCustomer === 1)
    : moveAndStore(sql, batch, shares))
  const rows: AppendRow[] = batch.sends.map(() => UNHEARD)
  const byRoom = new Map(moved.map((room) => [room.room_id, room]))
  for (const { room_id, count, places } of shares) {
    const room = byRoom.get(room_id)
    // It is in our memory and not in the table: the database is another one than it was.
    if (!room) parties.forget(room_id)
    else for (const [at, place] of places.entries()) rows[place] = toRow(room, count, count - 1 - at)
  }
  return rows
}

const moveAndStore = (sql: Sql, { sends, ids, at, requestId }: Batch, shares: readonly Share[]) => {
  const after = placesAfter(shares)
  return sql<MovedRoom[]>`
    with share as materialized (
      select * from unnest(
        ${plainArray(shares.map(({ room_id }) => room_id))}::uuid[],
        ${plainArray(shares.map((share) => share.count))}::int[],
        ${plainArray(shares.map((share) => share.byCustomer))}::int[]
      ) as share (room_id, count, by_customer)
    ), locked as materialized (
      -- In the order of their ids, so that two batches never wait for each other.
      select room_id from messages.rooms where room_id in (select room_id from share)
      order by room_id for no key update
    ), moved as (
      update messages.rooms r set
        last_seq = r.last_seq + share.count, rev = r.rev + share.count, card_rev = r.card_rev + 1,
        farmer_unread = r.farmer_unread + share.by_customer,
        customer_unread = r.customer_unread + share.count - share.by_customer
      from locked join share using (room_id)
      where r.room_id = locked.room_id
      returning r.room_id, r.event_no, r.last_seq, r.rev, r.card_rev, r.order_seq, r.customer_seq, r.farmer_seq,
        r.customer_unread, r.farmer_unread, share.count
    ), stored as (
      insert into messages.messages
        (message_id, room_id, seq, rev, created_rev, kind, sender_id, body, client_message_id, created_at)
      select i.message_id, m.room_id, m.last_seq - i.after, m.rev - i.after, m.rev - i.after, 'text', i.sender_id, i.body,
        i.client_message_id, ${at}
      from unnest(
        ${plainArray(sends.map((send) => send.room_id))}::uuid[],
        ${sends.map((send) => send.sender_id)}::text[],
        ${sends.map((send) => send.client_message_id)}::text[],
        ${sends.map((send) => send.body)}::text[],
        ${plainArray(ids)}::uuid[],
        ${plainArray(sends.map((_, place) => after[place] ?? 0))}::int[]
      ) as i (room_id, sender_id, client_message_id, body, message_id, after)
      join moved m using (room_id)
    ), boxed as (
      insert into messages.outbox (topic, subject, detail, request_id)
      select 'batch', '', string_agg(room_id || ':' || rev - count + 1 || ':' || rev, ' '), ${requestId} from moved
      having count(*) > 0
      returning id
    )
    select room_id, event_no, last_seq, rev, card_rev, order_seq, customer_seq, farmer_seq, customer_unread, farmer_unread,
      boxed.id as outbox_id
    from moved, boxed`
}

/** The batch by rooms, ascending by id. */
function sharesOf(sends: readonly Send[], parties: KnownParties): Share[] {
  const shares = new Map<string, Share>()
  for (const [place, { room_id, sender_id }] of sends.entries()) {
    let share = shares.get(room_id)
    if (!share) {
      share = { room_id, count: 0, byCustomer: 0, places: [] }
      shares.set(room_id, share)
    }
    share.count++
    share.places.push(place)
    if (parties.partyOf(room_id, sender_id) === 'customer') share.byCustomer++
  }
  return [...shares.values()].sort((a, b) => (a.room_id < b.room_id ? -1 : 1))
}

/** For each send, how many of its room come after it. */
function placesAfter(shares: readonly Share[]): number[] {
  const after: number[] = []
  for (const { places, count } of shares) for (const [at, place] of places.entries()) after[place] = count - 1 - at
  return after
}

/** What became of one of a room's `count` sends, with `after` behind it. The room's columns stand beside the last. */
function toRow(room: MovedRoom, count: number, after: number): AppendRow {
  const numbers = { seq: room.last_seq - after, rev: room.rev - after, repeats: null, known: true, is_party: true }
  if (after > 0) return { ...numbers, outbox_id: null }
  return { ...room, ...numbers, first_rev: room.rev - count + 1 }
}
