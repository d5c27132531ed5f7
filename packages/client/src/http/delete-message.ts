import type { Farmgate } from '../farmgate.ts'
import { request } from './request.ts'

/** Empties one's own message; its place stays. Throws `not_the_sender`, `system_message`. */
export function deleteMessage(farmgate: Farmgate, message_id: string): Promise<void> {
  return request(farmgate, { method: 'DELETE', path: `/chat/messages/${encodeURIComponent(message_id)}/` })
}
