import type { CheckoutBody } from '@farmgate/contracts/rooms.ts'
import type { Tx } from '@farmgate/postgres/database.ts'
import type { ISql } from 'postgres'
import { placeOrder } from './orders.ts'
import { NOTHING_TOLD, recordChange, type Told } from './record-change.ts'
import { cardColumns, cardJoins, type RoomRow, type StoredRoom, toStoredRoom } from './stored-room.ts'

/** The rooms of these parties and products, which are there, in the same order: in one statement. */
export async function readRoomsOf(sql: ISql, keys: readonly RoomKey[]): Promise<StoredRoom[]> {
  const asked = keys.map(({ customer_id, farmer_id, product_id }) => ({ customer_id, farmer_id, product_id }))
  const rows = await sql<RoomRow[]>`
    select ${cardColumns(sql)}
    -- Not arrays, whose length the planner looks at, so that it would plan each time anew for four times what this costs.
    from rows from (json_to_recordset(${JSON.stringify(asked)}::text::json) as (
      customer_id text, farmer_id text, product_id text
    )) with ordinality as asked (customer_id, farmer_id, product_id, place)
    -- One by one: joined, all rooms are read for these few.
    join lateral (
      select * from rooms.rooms
      where (product_id, customer_id, farmer_id) = (asked.product_id, asked.customer_id, asked.farmer_id)
      limit 1
    ) r on true ${cardJoins(sql)}
    order by asked.place`
  if (rows.length !== keys.length) throw new Error('a room that was there is gone: rooms are never deleted')
  return rows.map(toStoredRoom)
}

type RoomKey = Pick<CheckoutBody, 'customer_id' | 'farmer_id' | 'product_id'>

/** Whether a checkout places an order in a room that is there: the first one, or with `again` one more. */
export const placesOrder = (room: StoredRoom, { is_post_checkout }: CheckoutBody, again: boolean): boolean =>
  is_post_checkout && (again || room.order_status === null)

/** Places the order if one is due, decided under the lock of the room's row; otherwise leaves the room untouched. */
export async function returnToRoom(
  tx: Tx,
  checkout: CheckoutBody,
  { again, requestId }: { again: boolean; requestId: string },
): Promise<{ room: StoredRoom; told: Told }> {
  const room = await lockRoomOf(tx, checkout)
  if (!placesOrder(room, checkout, again)) return { room, told: NOTHING_TOLD }
  const order = { quantity: checkout.quantity, imageUrl: checkout.product_image_url ?? null }
  const change = placeOrder(room, order, new Date().toISOString())
  return { room: change.room, told: await recordChange(tx, change, requestId) }
}

/** The room of this checkout, which is there. */
async function lockRoomOf(tx: Tx, { customer_id, farmer_id, product_id }: RoomKey): Promise<StoredRoom> {
  const [row] = await tx<RoomRow[]>`
    select ${cardColumns(tx)} from rooms.rooms r ${cardJoins(tx)}
    where r.customer_id = ${customer_id} and r.farmer_id = ${farmer_id} and r.product_id = ${product_id}
    for update of r`
  if (!row) throw new Error('a room that was there is gone: rooms are never deleted')
  return toStoredRoom(row)
}
