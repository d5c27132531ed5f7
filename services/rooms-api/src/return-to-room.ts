import type { CheckoutBody } from '@farmgate/contracts/rooms.ts'
import type { Tx } from '@farmgate/postgres/database.ts'
import type { ISql } from 'postgres'
import { placeOrder } from './orders.ts'
import { NOTHING_TOLD, recordChange, type Told } from './record-change.ts'
import { cardColumns, cardJoins, type RoomRow, type StoredRoom, toStoredRoom } from './stored-room.ts'

/** The room of this checkout, which is there. */
export async function readRoomOf(sql: ISql, checkout: CheckoutBody, { lock = false } = {}): Promise<StoredRoom> {
  const [row] = await sql<RoomRow[]>`
    select ${cardColumns(sql)} from rooms.rooms r ${cardJoins(sql)}
    where r.customer_id = ${checkout.customer_id} and r.farmer_id = ${checkout.farmer_id}
      and r.product_id = ${checkout.product_id} ${lock ? sql`for update of r` : sql``}`
  if (!row) throw new Error('a room that was there is gone: rooms are never deleted')
  return toStoredRoom(row)
}

/** Whether a checkout places an order in a room that is there: the first one, or with `again` one more. */
export const placesOrder = (room: StoredRoom, { is_post_checkout }: CheckoutBody, again: boolean): boolean =>
  is_post_checkout && (again || room.order_status === null)

/** Places the order if one is due, decided under the lock of the room's row; otherwise leaves the room untouched. */
export async function returnToRoom(
  tx: Tx,
  checkout: CheckoutBody,
  { again, requestId }: { again: boolean; requestId: string },
): Promise<{ room: StoredRoom; told: Told }> {
  const room = await readRoomOf(tx, checkout, { lock: true })
  if (!placesOrder(room, checkout, again)) return { room, told: NOTHING_TOLD }
  const order = { quantity: checkout.quantity, imageUrl: checkout.product_image_url ?? null }
  const change = placeOrder(room, order, new Date().toISOString())
  return { room: change.room, told: await recordChange(tx, change, requestId) }
}
