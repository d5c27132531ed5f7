import type { InboxFilter } from '@farmgate/client/inbox-snapshot.ts'
import type { OrderStatus } from '@farmgate/contracts/order-status.ts'
import { useTexts } from '../texts/texts.ts'
import { STATUSES } from './filter-search.ts'

type Props = { filter: InboxFilter; onFilter: (filter: InboxFilter) => void }

/** Which chats are shown: those of one status or of all, and perhaps only what is unread. */
export function ChatFilters({ filter, onFilter }: Props) {
  const { chats } = useTexts()
  const withStatus = (status: OrderStatus | undefined): InboxFilter => ({
    ...(filter.unread && { unread: true }),
    ...(status && { order_status: status }),
  })
  const { unread: _, ...withoutUnread } = filter
  return (
    <fieldset className="chat-filters">
      <legend className="visually-hidden">{chats.filters}</legend>
      {[undefined, ...STATUSES].map((status) => (
        <label key={status ?? 'all'} className="chip">
          <input
            type="radio"
            name="chat-status"
            checked={filter.order_status === status}
            onChange={() => onFilter(withStatus(status))}
          />
          {status ? chats.status[status] : chats.all}
        </label>
      ))}
      <label className="chip">
        <input
          type="checkbox"
          checked={filter.unread === true}
          onChange={({ target }) => onFilter(target.checked ? { ...filter, unread: true } : withoutUnread)}
        />
        {chats.unread}
      </label>
    </fieldset>
  )
}
