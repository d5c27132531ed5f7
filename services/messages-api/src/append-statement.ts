import type { Sql, Tx } from '@farmgate/postgres/database.ts'
import type { CardRoom } from './cards.ts'
import type { StoredImage } from './images/image-statements.ts'
import type { Parties } from './known-parties.ts'

/** What a party wants to say. The content has been checked at the border. */
export type Send = {
  room_id: string
  sender_id: string
  client_message_id: string | null
  body: string
  image_ids: string[]
  /** Of the trace that it goes on with. */
  traceparent?: string | undefined
}

/** One row per send. The room's columns stand beside the last new message of each room, and only there. */
export type AppendRow = {
  seq: number | null
  rev: number | null
  repeats: string | null
  /** There is such a room, as far as we have heard. */
  known: boolean
  /** The sender is one of its two. */
  is_party: boolean
  /** What has been attached to it, where it has images. */
  images?: StoredImage[]
} & (({ outbox_id: string; first_rev: number } & CardRoom & Partial<Parties>) | { outbox_id: null })

/** Of a send to a room that is not there, as far as we have heard. */
export const UNHEARD: AppendRow = {
  seq: null,
  rev: null,
  repeats: null,
  known: false,
  is_party: false,
  outbox_id: null,
}

export type Batch = { sends: readonly Send[]; ids: string[]; at: Date; requestId: string }

/**
 * The careful way, for whatever may be: rooms or senders that we do not know, repeats, rooms that somebody holds. What is
 * most likely none of these goes by `append-known.ts`, at half of the price.
 *
 * Locks the rooms in the order of their ids (so that two batches never wait for each other), leaves out what is there
 * already, numbers, inserts, moves the rooms, and leaves an outbox row for all: one statement, one round trip, one
 * commit. `locked` sees the newest row of each room even where it waited for it; the messages are seen as of the
 * statement's begin, so that a twin that committed in between runs into the unique index instead (`isTwin`).
 * With `skipBusy` rooms that somebody holds are left out instead of waited for.
 */
export const appendStatement = (sql: Sql | Tx, { sends, ids, at, requestId }: Batch, skipBusy: boolean) => sql<
  AppendRow[]
>`
  with input as (
    select * from unnest(
      ${sends.map((send) => send.room_id)}::uuid[],
      ${sends.map((send) => send.sender_id)}::text[],
      ${sends.map((send) => send.client_message_id)}::text[],
      ${sends.map((send) => send.body)}::text[],
      ${ids}::uuid[]
    ) with ordinality as i (room_id, sender_id, client_message_id, body, message_id, ord)
  ), locked as materialized (
    select room_id, customer_id, farmer_id, last_seq, rev from messages.rooms
    where room_id in (select room_id from input)
    order by room_id for no key update ${skipBusy ? sql`skip locked` : sql``}
  ), looked_up as materialized (
    -- One by one: the plan is kept, and one made while the table was empty must still be the right one when it is not.
    select i.ord, (
      select m.message_id from messages.messages m
      where m.room_id = i.room_id and m.sender_id = i.sender_id and m.client_message_id = i.client_message_id
    ) as message_id from input i
  ), repeated as (
    select ord, message_id from looked_up where message_id is not null
  ), fresh as (
    select i.*, i.sender_id = l.customer_id as by_customer,
      (l.last_seq + row_number() over in_room)::integer as seq, (l.rev + row_number() over in_room)::integer as rev
    from input i
    join locked l on l.room_id = i.room_id and i.sender_id in (l.customer_id, l.farmer_id)
    where not exists (select from repeated where repeated.ord = i.ord)
    window in_room as (partition by i.room_id order by i.ord)
  ), stored as (
    insert into messages.messages
      (message_id, room_id, seq, rev, created_rev, kind, sender_id, body, client_message_id, created_at)
    select message_id, room_id, seq, rev, rev, 'text', sender_id, body, client_message_id, ${at} from fresh
  ), moved as (
    update messages.rooms r set
      last_seq = f.last_seq, rev = f.last_rev, card_rev = r.card_rev + 1,
      farmer_unread = r.farmer_unread + f.by_customer, customer_unread = r.customer_unread + f.by_farmer
    from (
      select room_id, max(seq) as last_seq, min(rev) as first_rev, max(rev) as last_rev,
        count(*) filter (where by_customer) as by_customer, count(*) filter (where not by_customer) as by_farmer
      from fresh group by room_id
    ) f
    where r.room_id = f.room_id
    returning r.*, f.first_rev
  ), boxed as (
    insert into messages.outbox (topic, subject, detail, request_id)
    select 'batch', '', string_agg(room_id || ':' || first_rev || ':' || rev, ' '), ${requestId} from moved
    having count(*) > 0
    returning id
  )
  select moved.*, fresh.seq, fresh.rev, repeated.message_id as repeats, r.room_id is not null as known,
    i.sender_id in (r.customer_id, r.farmer_id) as is_party, boxed.id as outbox_id
  from input i
  left join messages.rooms r on r.room_id = i.room_id
  left join repeated on repeated.ord = i.ord
  left join fresh on fresh.ord = i.ord
  left join moved on moved.room_id = fresh.room_id and moved.last_seq = fresh.seq
  left join boxed on moved.room_id is not null
  order by i.ord`
