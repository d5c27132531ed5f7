import type { MessagePage } from '@farmgate/contracts/messages.ts'
import type { Farmgate } from '../farmgate.ts'
import { request } from './request.ts'

/** The newest page where no bound is given; at most one of the three. `limit` is 1 to 200, 50 where not given. */
export type MessagesQuery = {
  room_id: string
  before_seq?: number
  after_seq?: number
  after_rev?: number
  limit?: number
}

/** Ascending by `seq`; with `after_rev`, what was created or changed since, ascending by `rev`. */
export function listMessages(farmgate: Farmgate, query: MessagesQuery, signal?: AbortSignal): Promise<MessagePage> {
  return request(farmgate, { method: 'GET', path: '/chat/messages/', query, signal })
}
