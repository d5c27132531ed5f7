import type { Card } from '@farmgate/contracts/message-events.ts'
import type { OutboxRow } from '@farmgate/outbox/rows.ts'
import type { Sql } from '@farmgate/postgres/database.ts'
import { outboxColumns } from './outbox-rows.ts'

/** `request_id`: of the request that changed the card, where it is known. */
type CausedCard = Card & { request_id?: string }

/**
 * Brings our cards to what messages-api says, in one statement, and gives the outbox rows of those that changed. Cards
 * are absolute: an old one, or one that has not yet seen our newest event, changes nothing. One that says what stands
 * here already (we predicted it, or it comes again) is only looked at: nothing is locked, written or told. Of several
 * cards of a room only the newest is written, under the name of the request that caused it.
 */
export async function applyCards(sql: Sql, cards: readonly CausedCard[]): Promise<OutboxRow[]> {
  const newest = newestOf(cards)
  if (newest.length === 0) return []
  return sql<OutboxRow[]>`
    with card as (
      select * from json_to_recordset(${JSON.stringify(newest)}::text::json) as card (
        room_id uuid, card_rev bigint, event_no bigint, last_seq integer, customer_unread integer,
        farmer_unread integer, farmer_seq bigint, order_seq bigint, last_message json, last_at timestamptz,
        request_id text
      )
    ), locked as (
      -- One order for everybody who locks several rooms, so that two batches never wait for each other.
      select room_id from rooms.rooms where room_id in (
        select room_id from card join rooms.rooms r using (room_id) where ${isNews(sql)}
      ) order by room_id for update
    ), changed as (
      update rooms.rooms r set
        card_rev = card.card_rev, last_seq = card.last_seq, last_message = card.last_message,
        customer_unread = card.customer_unread, farmer_unread = card.farmer_unread,
        is_new_order = ${isNewOrder(sql)},
        activity_at = greatest(r.activity_at, card.last_at), card_changed_at = clock_timestamp()
      from card join locked using (room_id)
      -- Once more, of the row as it is now that we hold it.
      where r.room_id = card.room_id and ${isNews(sql)}
      returning r.room_id, card.request_id
    )
    insert into rooms.outbox (topic, subject, request_id)
    select 'card', room_id::text, coalesce(request_id, '') from changed
    returning ${outboxColumns(sql)}`
}

/** Whether `card` says of the room `r` what it does not show yet. With an equal card_rev we had predicted it otherwise. */
const isNews = (sql: Sql) => sql`
  r.event_no <= card.event_no and (r.card_rev < card.card_rev or r.card_rev = card.card_rev and (
    r.last_seq, r.customer_unread, r.farmer_unread, r.is_new_order, r.last_message::text
  ) is distinct from (
    card.last_seq, card.customer_unread, card.farmer_unread, ${isNewOrder(sql)}, card.last_message::text
  ))`

/** Until the farmer's read marker reaches the order's first message, or the order moves on. */
const isNewOrder = (sql: Sql) => sql`(r.order_status is not distinct from 'new' and card.farmer_seq < card.order_seq)`

function newestOf(cards: readonly CausedCard[]) {
  const newest = new Map<string, CausedCard>()
  for (const card of cards)
    if (card.card_rev > (newest.get(card.room_id)?.card_rev ?? -1)) newest.set(card.room_id, card)
  return [...newest.values()].map((card) => ({ ...card, last_at: card.last_message?.created_at ?? null }))
}
