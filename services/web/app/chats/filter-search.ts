import type { InboxFilter } from '@farmgate/client/inbox-snapshot.ts'
import type { OrderStatus } from '@farmgate/contracts/order-status.ts'

export const STATUSES: readonly OrderStatus[] = ['new', 'active', 'completed']

/** The filter that an address names, in the words of the API; what it does not know is no filter. */
export function filterOf(search: string): InboxFilter {
  const asked = new URLSearchParams(search)
  const order_status = STATUSES.find((status) => status === asked.get('order_status'))
  return { ...(order_status && { order_status }), ...(asked.get('unread') === 'true' && { unread: true }) }
}

/** The same as the end of an address: empty, or from its question mark on. */
export function searchOf({ order_status, unread }: InboxFilter): string {
  const search = new URLSearchParams({ ...(order_status && { order_status }), ...(unread && { unread: 'true' }) })
  return search.size > 0 ? `?${search}` : ''
}
