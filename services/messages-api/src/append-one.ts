import type { Sql } from '@farmgate/postgres/database.ts'
import type { Batch, Send } from './append-statement.ts'
import type { CardRoom } from './cards.ts'

/** A room as a batch left it, and the outbox row that stands for the batch. */
export type MovedRoom = CardRoom & { rev: number; outbox_id: string }

/**
 * A batch of one, as nearly all are while little is said: what `append-known.ts` does for many, in a plan of half the
 * steps. One room is locked by its own update.
 */
export const appendOne = (sql: Sql, { ids, at, requestId }: Batch, send: Send, isByCustomer: boolean) => sql<
  MovedRoom[]
>`
  with moved as (
    update messages.rooms r set
      last_seq = r.last_seq + 1, rev = r.rev + 1, card_rev = r.card_rev + 1,
      farmer_unread = r.farmer_unread + ${isByCustomer ? 1 : 0}::int,
      customer_unread = r.customer_unread + ${isByCustomer ? 0 : 1}::int
    where r.room_id = ${send.room_id}
    returning r.room_id, r.event_no, r.last_seq, r.rev, r.card_rev, r.order_seq, r.customer_seq, r.farmer_seq,
      r.customer_unread, r.farmer_unread
  ), stored as (
    insert into messages.messages
      (message_id, room_id, seq, rev, created_rev, kind, sender_id, body, client_message_id, created_at)
    select ${ids[0] ?? ''}::uuid, room_id, last_seq, rev, rev, 'text', ${send.sender_id}::text, ${send.body}::text,
      ${send.client_message_id}::text, ${at}::timestamptz
    from moved
  ), boxed as (
    insert into messages.outbox (topic, subject, detail, request_id)
    select 'batch', '', room_id || ':' || rev || ':' || rev, ${requestId}::text from moved
    returning id
  )
  select moved.*, boxed.id as outbox_id from moved, boxed`
