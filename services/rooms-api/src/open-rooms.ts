import type { OutboxRow } from '@farmgate/outbox/rows.ts'
import type { ISql } from 'postgres'
import type { Draft } from './draft-room.ts'
import { outboxColumns } from './outbox-rows.ts'
import { NOTHING_TOLD, type Told } from './record-change.ts'
import type { Names, StoredRoom } from './stored-room.ts'

/** `there`: somebody has opened it before. `outdated`: the catalog has changed, and with it the first message. */
export type Opening = { is: 'opened'; room: StoredRoom } | { is: 'there' } | { is: 'outdated' }

type Row = { is_opened: boolean; is_same_product: boolean; box: OutboxRow | null } & Pick<
  Names,
  'customer_name' | 'farmer_name'
>

/**
 * Opens rooms with their orders in one statement, each where its product is still the one that it was drafted with and
 * no such room is there. Of any number of checkouts of one room at once one opens it: the others wait for its commit.
 * The openings stand in the order of the drafts; one outbox row stands for all that were opened.
 */
export async function openRooms(sql: ISql, drafts: readonly Draft[]): Promise<{ openings: Opening[]; told: Told }> {
  const rows = await insertRooms(sql, drafts)
  const openings = drafts.map(({ room }, at): Opening => {
    const row = rows[at]
    if (!row?.is_same_product) return { is: 'outdated' }
    if (!row.is_opened) return { is: 'there' }
    return { is: 'opened', room: { ...room, customer_name: row.customer_name, farmer_name: row.farmer_name } }
  })
  const box = rows[0]?.box
  if (!box) return { openings, told: NOTHING_TOLD }
  const events = drafts.flatMap((draft, at) => (rows[at]?.is_opened ? draft.events : []))
  const opened = openings.flatMap((opening) => (opening.is === 'opened' ? opening.room : []))
  return { openings, told: { events, rows: [box], opened } }
}

/** In the order of their key: two batches that open the same rooms wait for each other one way only. */
const insertRooms = (sql: ISql, drafts: readonly Draft[]) => sql<Row[]>`
  with asked as (
    -- Looked up one by one: joined, a small catalog is read from end to end by every batch.
    select asked.*, coalesce((
      select p.name = asked.product_name and p.farmer_id = asked.farmer_id
        and p.unit is not distinct from asked.unit and p.image_url is not distinct from asked.image_url
      from rooms.products p where p.product_id = asked.product_id
    ), false) as is_same_product
    from rows from (json_to_recordset(${JSON.stringify(drafts.map(toRow))}::text::json) as (
      room_id uuid, customer_id text, farmer_id text, product_id text, quantity numeric, product_image_url text,
      order_status text, is_new_order boolean, event_no integer, card_rev bigint, last_seq integer,
      customer_unread integer, farmer_unread integer, last_message json, created_at timestamptz,
      activity_at timestamptz, product_name text, unit text, image_url text, events json, request_id text
    )) with ordinality as asked
  ), opened as (
    insert into rooms.rooms (
      room_id, customer_id, farmer_id, product_id, quantity, product_image_url, order_status, is_new_order, event_no,
      card_rev, last_seq, customer_unread, farmer_unread, last_message, created_at, activity_at
    )
    select
      room_id, customer_id, farmer_id, product_id, quantity, product_image_url, order_status, is_new_order, event_no,
      card_rev, last_seq, customer_unread, farmer_unread, last_message, created_at, activity_at
    from asked where is_same_product order by customer_id, farmer_id, product_id
    on conflict (customer_id, farmer_id, product_id) do nothing
    returning room_id
  ), told as (
    insert into rooms.room_events (room_id, event_no, type, payload)
    select room_id, (event->>'event_no')::integer, event->>'type', event
    from opened join asked using (room_id), json_array_elements(asked.events) as event
  ), said as (
    insert into rooms.outbox (topic, subject, detail)
    select 'opened', '', json_object_agg(room_id, request_id)::text
    from opened join asked using (room_id) having count(*) > 0
    returning ${outboxColumns(sql)}
  )
  select asked.is_same_product, opened.room_id is not null as is_opened, (select to_json(said) from said) as box,
    ${nameOf(sql, 'customer_id')} as customer_name, ${nameOf(sql, 'farmer_id')} as farmer_name
  from asked left join opened using (room_id)
  order by asked.ordinality`

const nameOf = (sql: ISql, party: 'customer_id' | 'farmer_id') => sql`
  coalesce((select coalesce(name, claimed_name) from rooms.users where user_id = asked.${sql(party)}), asked.${sql(party)})`

const toRow = ({ room, events, requestId }: Draft) => ({ ...room, events, request_id: requestId })

/** `lock_timeout` ran out: somebody holds one of these rooms, and has not committed it yet. */
export const isLocked = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '55P03'
