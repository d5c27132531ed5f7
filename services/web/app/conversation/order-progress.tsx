import type { OrderStatus } from '@farmgate/contracts/order-status.ts'
import { useTexts } from '../texts/texts.ts'

const STEPS: readonly OrderStatus[] = ['new', 'active', 'completed']

/** New, active, completed: how far the order is. `null`: nothing was bought yet. */
export function OrderProgress({ status }: { status: OrderStatus | null }) {
  const { chats, conversation } = useTexts()
  if (status === null) return <p className="order-asked">{conversation.head.asked}</p>
  const reached = STEPS.indexOf(status)
  return (
    // biome-ignore lint/a11y/noRedundantRoles: without it Safari takes the list's meaning away together with its bullets
    <ol role="list" className="order-progress" aria-label={conversation.head.status}>
      {STEPS.map((step, index) => (
        <li key={step} data-reached={index <= reached} {...(index === reached && { 'aria-current': 'step' })}>
          {chats.status[step]}
        </li>
      ))}
    </ol>
  )
}
