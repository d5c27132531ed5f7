import type { OrderStatus } from '@farmgate/contracts/order-status.ts'
import type { RoomPage } from '@farmgate/contracts/rooms.ts'
import type { Farmgate } from '../farmgate.ts'
import { request } from './request.ts'

/** `limit` is 1 to 100, 30 where not given. `cursor`: the `next_cursor` of the page before. */
export type RoomsQuery = { limit?: number; cursor?: string; order_status?: OrderStatus; unread?: boolean }

/** The caller's chat list, newest activity first. */
export function listRooms(farmgate: Farmgate, query: RoomsQuery, signal?: AbortSignal): Promise<RoomPage> {
  return request(farmgate, { method: 'GET', path: '/chat/rooms/', query, signal })
}
