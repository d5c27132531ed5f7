import type { RoomEvent } from '@farmgate/contracts/room-events.ts'
import type { OutboxRow } from '@farmgate/outbox/rows.ts'
import type { ISql } from 'postgres'
import type { Change } from './orders.ts'
import { outboxColumns } from './outbox-rows.ts'
import type { StoredRoom } from './stored-room.ts'

/**
 * What a transaction has stored and is to be told once it has committed. `opened`: the rooms that it opened, as they are
 * until somebody changes them.
 */
export type Told = { events: readonly RoomEvent[]; rows: readonly OutboxRow[]; opened?: readonly StoredRoom[] }

export const NOTHING_TOLD: Told = { events: [], rows: [] }

/**
 * Stores a change of a room that is there: the room, the event, and what is to be told, in one statement. For a
 * transaction that holds the lock of the room's row, from which the change's numbers were taken.
 */
export async function recordChange(tx: ISql, { room, event }: Change<RoomEvent>, requestId: string): Promise<Told> {
  const rows = await tx<OutboxRow[]>`
    with changed as (
      update rooms.rooms r set
        quantity = n.quantity, product_image_url = n.product_image_url, order_status = n.order_status,
        is_new_order = n.is_new_order, event_no = n.event_no, last_seq = n.last_seq,
        customer_unread = n.customer_unread, farmer_unread = n.farmer_unread, last_message = n.last_message,
        activity_at = n.activity_at, card_changed_at = clock_timestamp()
      from json_populate_record(null::rooms.rooms, ${JSON.stringify(room)}::text::json) n
      where r.room_id = n.room_id
    ), told as (
      insert into rooms.room_events (room_id, event_no, type, payload)
      values (${event.room_id}, ${event.event_no}, ${event.type}, ${JSON.stringify(event)}::text::json)
    )
    insert into rooms.outbox (topic, subject, first_rev, last_rev, request_id)
    values ('events', ${room.room_id}, ${event.event_no}::bigint, ${event.event_no}::bigint, ${requestId})
    returning ${outboxColumns(tx)}`
  return { events: [event], rows }
}
