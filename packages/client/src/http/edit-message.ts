import type { Message } from '@farmgate/contracts/messages.ts'
import type { Farmgate } from '../farmgate.ts'
import { request } from './request.ts'

/** Within 15 minutes, one's own text. Throws `edit_window_over`, `message_deleted`, `not_the_sender`, `system_message`. */
export function editMessage(farmgate: Farmgate, message_id: string, body: string): Promise<Message> {
  const path = `/chat/messages/${encodeURIComponent(message_id)}/`
  return request(farmgate, { method: 'PATCH', path, body: { body } })
}
