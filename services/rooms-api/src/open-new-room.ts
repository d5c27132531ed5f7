import { randomUUID } from 'node:crypto'
import type { RoomEvent } from '@farmgate/contracts/room-events.ts'
import type { CheckoutBody } from '@farmgate/contracts/rooms.ts'
import type { OutboxRow } from '@farmgate/outbox/rows.ts'
import type { ISql } from 'postgres'
import type { KnownProducts, Product } from './known-products.ts'
import { placeOrder } from './orders.ts'
import { outboxColumns } from './outbox-rows.ts'
import type { Told } from './record-change.ts'
import type { Names, StoredRoom } from './stored-room.ts'

type Opened = { room: StoredRoom; told: Told }
type Inserted = { is_same_product: boolean; rows: OutboxRow[] | null } & Names

/**
 * Opens the room of this checkout, with its order if there is one, in one statement; undefined where the room is there
 * already. Of any number of checkouts at once one opens it: the others wait for its commit and find it there.
 * @throws Refusal `unknown_product` or `not_the_farmers_product`
 */
export async function openNewRoom(
  sql: ISql,
  checkout: CheckoutBody,
  products: KnownProducts,
  requestId: string,
): Promise<Opened | undefined> {
  for (;;) {
    const product = await products.ofFarmer(sql, checkout.product_id, checkout.farmer_id)
    const { room, events } = draft(checkout, product, new Date().toISOString())
    const [inserted] = await insertRoom(sql, room, events, requestId)
    if (inserted?.is_same_product) {
      const { rows, customer_name, farmer_name } = inserted
      return rows ? { room: { ...room, ...product, customer_name, farmer_name }, told: { events, rows } } : undefined
    }
    // The catalog has changed since we last saw the product, and with it the first message.
    products.forget(checkout.product_id)
  }
}

/** The room as it will be, and its story so far. */
function draft(checkout: CheckoutBody, product: Product, at: string): { room: StoredRoom; events: RoomEvent[] } {
  const { customer_id, farmer_id, product_id, quantity, product_image_url: imageUrl = null } = checkout
  const room: StoredRoom = {
    room_id: randomUUID(),
    customer_id,
    farmer_id,
    product_id,
    quantity,
    product_image_url: imageUrl,
    order_status: null,
    is_new_order: false,
    event_no: 1,
    card_rev: 0,
    last_seq: 0,
    customer_unread: 0,
    farmer_unread: 0,
    last_message: null,
    created_at: at,
    activity_at: at,
    customer_name: customer_id,
    farmer_name: farmer_id,
    product_name: product.name,
    unit: product.unit,
    image_url: product.image_url,
  }
  const opened = {
    type: 'room.opened',
    room_id: room.room_id,
    event_no: 1,
    at,
    customer_id,
    farmer_id,
    product_id,
  } as const
  if (!checkout.is_post_checkout) return { room, events: [opened] }
  const order = placeOrder(room, { quantity, imageUrl }, at)
  return { room: order.room, events: [opened, order.event] }
}

/** Nothing comes back where the product is gone; `rows` is null where the room was there or the product has changed. */
const insertRoom = (sql: ISql, room: StoredRoom, events: readonly RoomEvent[], requestId: string) => sql<Inserted[]>`
  with product as (
    select name = ${room.product_name} and farmer_id = ${room.farmer_id}
      and unit is not distinct from ${room.unit}::text and image_url is not distinct from ${room.image_url}::text as is_same
    from rooms.products where product_id = ${room.product_id}
  ), opened as (
    insert into rooms.rooms (
      room_id, customer_id, farmer_id, product_id, quantity, product_image_url, order_status, is_new_order, event_no,
      last_seq, customer_unread, farmer_unread, last_message, created_at, activity_at
    )
    select
      n.room_id, n.customer_id, n.farmer_id, n.product_id, n.quantity, n.product_image_url, n.order_status,
      n.is_new_order, n.event_no, n.last_seq, n.customer_unread, n.farmer_unread, n.last_message, n.created_at,
      n.activity_at
    from product, json_populate_record(null::rooms.rooms, ${JSON.stringify(room)}::text::json) n
    where product.is_same
    on conflict (customer_id, farmer_id, product_id) do nothing
    returning room_id, event_no
  ), told as (
    insert into rooms.room_events (room_id, event_no, type, payload)
    select opened.room_id, (event->>'event_no')::integer, event->>'type', event
    from opened, json_array_elements(${JSON.stringify(events)}::text::json) as event
  ), said as (
    insert into rooms.outbox (topic, subject, first_rev, last_rev, request_id)
    select topic, room_id::text, 1, event_no, ${requestId}
    from opened, (values ('events'), ('card')) as topics (topic)
    returning ${outboxColumns(sql)}
  )
  select
    product.is_same as is_same_product, (select json_agg(said) from said) as rows,
    coalesce(c.name, c.claimed_name, ${room.customer_id}) as customer_name,
    coalesce(f.name, f.claimed_name, ${room.farmer_id}) as farmer_name
  from product
  left join rooms.users c on c.user_id = ${room.customer_id}
  left join rooms.users f on f.user_id = ${room.farmer_id}`
