import type { Message } from '@farmgate/contracts/messages.ts'
import type { Farmgate } from '../farmgate.ts'
import { request } from './request.ts'

/** Throws `unknown_message` where there is none, or none of the caller's. Its images have links that are good again. */
export function getMessage(farmgate: Farmgate, message_id: string): Promise<Message> {
  return request(farmgate, { method: 'GET', path: `/chat/messages/${encodeURIComponent(message_id)}/` })
}
