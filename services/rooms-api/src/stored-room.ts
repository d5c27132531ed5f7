import type { OrderStatus } from '@farmgate/contracts/order-status.ts'
import type { LastMessage, Room } from '@farmgate/contracts/rooms.ts'
import type { User } from '@farmgate/service-kit/auth.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import type { ISql } from 'postgres'
import type { Party } from './order-transitions.ts'

/** A room as rooms.rooms has it, with the names that its card shows. Times are RFC 3339 with milliseconds. */
export type StoredRoom = {
  room_id: string
  customer_id: string
  farmer_id: string
  product_id: string
  quantity: number
  product_image_url: string | null
  order_status: OrderStatus | null
  is_new_order: boolean
  event_no: number
  card_rev: number
  last_seq: number
  customer_unread: number
  farmer_unread: number
  last_message: LastMessage | null
  created_at: string
  activity_at: string
} & Names

/** From the catalog; a user whom it does not know by the name that a token claimed, else by the id. */
export type Names = {
  customer_name: string
  farmer_name: string
  product_name: string
  unit: string | null
  image_url: string | null
}

/** A row of `cardColumns`: times in milliseconds since 1970, whatever the session's time zone. */
export type RoomRow = Omit<StoredRoom, 'created_at' | 'activity_at'> & { created_ms: number; activity_ms: number }

export const toStoredRoom = ({ created_ms, activity_ms, ...row }: RoomRow): StoredRoom => ({
  ...row,
  created_at: new Date(created_ms).toISOString(),
  activity_at: new Date(activity_ms).toISOString(),
})

/** What a `StoredRoom` is read from, in a statement that has `cardJoins` behind `rooms.rooms r`. */
export const cardColumns = (sql: ISql) => sql`
  r.room_id, r.customer_id, r.farmer_id, r.product_id, r.quantity::float8 as quantity, r.product_image_url,
  r.order_status, r.is_new_order, r.event_no, r.card_rev::float8 as card_rev, r.last_seq, r.customer_unread, r.farmer_unread, r.last_message,
  (extract(epoch from r.created_at) * 1000)::float8 as created_ms,
  (extract(epoch from r.activity_at) * 1000)::float8 as activity_ms,
  coalesce(c.name, c.claimed_name, r.customer_id) as customer_name,
  coalesce(f.name, f.claimed_name, r.farmer_id) as farmer_name,
  p.name as product_name, p.unit, p.image_url`

/** Looked up room by room: joined otherwise, a small catalog is read from end to end for a single card. */
export const cardJoins = (sql: ISql) => sql`
  join lateral (select name, unit, image_url from rooms.products where product_id = r.product_id limit 1) p on true
  left join lateral (select name, claimed_name from rooms.users where user_id = r.customer_id limit 1) c on true
  left join lateral (select name, claimed_name from rooms.users where user_id = r.farmer_id limit 1) f on true`

/** The room as `viewer`, one of its parties, sees it (Room in packages/contracts). */
export function seenBy(room: StoredRoom, viewer: string): Room {
  return {
    room_id: room.room_id,
    customer_id: room.customer_id,
    farmer_id: room.farmer_id,
    product_id: room.product_id,
    customer: { id: room.customer_id, name: room.customer_name },
    farmer: { id: room.farmer_id, name: room.farmer_name },
    product: {
      id: room.product_id,
      name: room.product_name,
      unit: room.unit,
      image_url: room.image_url ?? room.product_image_url,
    },
    quantity: room.quantity,
    order_status: room.order_status,
    is_new_order: room.is_new_order,
    has_unread_farmer: room.farmer_unread > 0,
    has_unread_customer: room.customer_unread > 0,
    unread_count: viewer === room.farmer_id ? room.farmer_unread : room.customer_unread,
    last_seq: room.last_seq,
    last_message: room.last_message,
    created_at: room.created_at,
    updated_at: room.activity_at,
  }
}

/** One room; with `lock` nobody else changes it until the transaction ends. */
export async function readRoom(sql: ISql, roomId: string, { lock = false } = {}): Promise<StoredRoom | undefined> {
  const [row] = await sql<RoomRow[]>`
    select ${cardColumns(sql)} from rooms.rooms r ${cardJoins(sql)}
    where r.room_id = ${roomId} ${lock ? sql`for update of r` : sql``}`
  return row && toStoredRoom(row)
}

/**
 * Which party of the room the user is.
 * @throws Refusal `unknown_room` to everybody else and where there is none: an outsider cannot tell the two apart.
 */
export function asParty(room: StoredRoom | undefined, user: User): { room: StoredRoom; party: Party } {
  if (room && !user.isService) {
    if (user.id === room.customer_id) return { room, party: 'customer' }
    if (user.id === room.farmer_id) return { room, party: 'farmer' }
  }
  throw new Refusal('unknown_room')
}
