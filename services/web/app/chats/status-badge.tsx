import type { OrderStatus } from '@farmgate/contracts/order-status.ts'
import { useTexts } from '../texts/texts.ts'

type Props = {
  status: OrderStatus | null
  /** Nobody has looked at it yet: it says so in words, and blinks for five seconds beside them. */
  isNew: boolean
}

/** How far the order is. */
export function StatusBadge({ status, isNew }: Props) {
  const { chats } = useTexts()
  if (isNew) return <strong className="status-badge status-badge-blinking">{chats.newOrder}</strong>
  return (
    <span className="status-badge" data-status={status ?? 'asked'}>
      {status ? chats.status[status] : chats.asked}
    </span>
  )
}
