import type { Room } from '@farmgate/contracts/rooms.ts'
import type { Farmgate } from '../farmgate.ts'
import { request } from './request.ts'

/** Throws `unknown_room` where there is none, or none of the caller's. */
export function getRoom(farmgate: Farmgate, room_id: string, signal?: AbortSignal): Promise<Room> {
  return request(farmgate, { method: 'GET', path: `/chat/rooms/${encodeURIComponent(room_id)}/`, signal })
}
