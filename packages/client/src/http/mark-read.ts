import type { Farmgate } from '../farmgate.ts'
import { request } from './request.ts'

/** Moves the caller's read marker forward to `seq`, never back; gives where it is now. An open room does it itself. */
export function markRead(farmgate: Farmgate, room_id: string, seq: number): Promise<{ seq: number }> {
  return request(farmgate, { method: 'POST', path: '/chat/messages/read/', body: { room_id, seq } })
}
