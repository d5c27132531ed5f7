import type { OrderStatus } from '@farmgate/contracts/order-status.ts'
import type { Room } from '@farmgate/contracts/rooms.ts'
import type { Farmgate } from '../farmgate.ts'
import { request } from './request.ts'

/** The farmer moves the order one step on. Throws `not_the_farmer`, or `illegal_transition` with `current`. */
export function changeOrderStatus(farmgate: Farmgate, room_id: string, order_status: OrderStatus): Promise<Room> {
  const path = `/chat/rooms/${encodeURIComponent(room_id)}/`
  return request(farmgate, { method: 'PATCH', path, body: { order_status } })
}
