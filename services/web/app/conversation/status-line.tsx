import type { Message } from '@farmgate/contracts/messages.ts'
import { useFormat } from '../texts/format.ts'
import { useTexts } from '../texts/texts.ts'
import { useConversation } from './conversation-context.ts'

/** A step of the order, as a quiet line between the messages. */
export function StatusLine({ message: { order_status, sender_id, body, created_at } }: { message: Message }) {
  const { message } = useTexts().conversation
  const { names } = useConversation()
  const format = useFormat()
  const name = names[sender_id]
  return (
    <p className="status-line">
      {order_status && name ? message.status[order_status.to](name) : body}
      <time dateTime={created_at}>{format.time(created_at)}</time>
    </p>
  )
}
