import type { Card } from '@farmgate/contracts/message-events.ts'
import { previewOf } from '@farmgate/contracts/preview.ts'
import type { LastMessage } from '@farmgate/contracts/rooms.ts'
import type { Sql } from '@farmgate/postgres/database.ts'
import type { Held } from './held.ts'
import type { MessageRow, RoomRow } from './rows.ts'

/** The state of rooms as their cards show it: absolute, from one snapshot. Unknown rooms are left out. */
export async function cardsOf(sql: Sql, roomIds: readonly string[]): Promise<Card[]> {
  const rows = await sql<CardRow[]>`
    select r.*, to_jsonb(m) as last
    from messages.rooms r
    left join messages.messages m on m.room_id = r.room_id and m.seq = r.last_seq
    where r.room_id = any(${roomIds as string[]}::uuid[])`
  return rows.map((row) => cardOf(row, row.last && parsed(row.last)))
}

/**
 * Hands `say` the cards of these rooms once they are here. Nobody waits: a card is as true a moment later, and where it
 * cannot be had, the outbox's sweeper says what `say` would have said.
 */
export function withCards(held: Held, roomIds: readonly string[], say: (cards: Map<string, Card>) => void): void {
  if (roomIds.length === 0) return
  held.db
    .run((sql) => cardsOf(sql, roomIds))
    .then((cards) => say(new Map(cards.map((card) => [card.room_id, card]))))
    .catch((error: unknown) => held.log.warn({ err: error, rooms: roomIds.length }, 'cards.left_to_sweeper'))
}

/** All cards, a page at a time in the order of their room ids. */
export async function pageOfCards(sql: Sql, after: string | undefined, limit: number): Promise<Card[]> {
  const ids = await sql<{ room_id: string }[]>`
    select room_id from messages.rooms
    where room_id > ${after ?? '00000000-0000-0000-0000-000000000000'}
    order by room_id limit ${limit}`
  const cards = await cardsOf(
    sql,
    ids.map((row) => row.room_id),
  )
  return cards.sort((a, b) => (a.room_id < b.room_id ? -1 : 1))
}

type CardRow = RoomRow & { last: (Omit<MessageRow, 'created_at'> & { created_at: string }) | null }

const parsed = (last: NonNullable<CardRow['last']>) => ({ ...last, created_at: new Date(last.created_at) })

type Last = Pick<MessageRow, 'message_id' | 'seq' | 'kind' | 'sender_id' | 'body' | 'images' | 'created_at'>

/** What of a room's row its card shows. */
export type CardRoom = Pick<
  RoomRow,
  | 'room_id'
  | 'card_rev'
  | 'event_no'
  | 'last_seq'
  | 'customer_unread'
  | 'farmer_unread'
  | 'customer_seq'
  | 'farmer_seq'
  | 'order_seq'
>

/** A card from the room's row and its last message. */
export const cardOf = (room: CardRoom, last: Last | null): Card => ({
  room_id: room.room_id,
  card_rev: room.card_rev,
  event_no: room.event_no,
  last_seq: room.last_seq,
  customer_unread: room.customer_unread,
  farmer_unread: room.farmer_unread,
  customer_seq: room.customer_seq,
  farmer_seq: room.farmer_seq,
  order_seq: room.order_seq,
  last_message: last && toLastMessage(last),
})

const toLastMessage = (last: Last): LastMessage => ({
  message_id: last.message_id,
  seq: last.seq,
  kind: last.kind,
  sender_id: last.sender_id,
  preview: previewOf(last.body),
  has_images: (last.images?.length ?? 0) > 0,
  created_at: last.created_at.toISOString(),
})
