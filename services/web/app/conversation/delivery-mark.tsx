import { useTexts } from '../texts/texts.ts'
import { FailedIcon, ReadIcon, SentIcon, WaitingIcon } from './icons.tsx'
import type { Mark } from './rows.ts'

const icons = { waiting: WaitingIcon, sending: WaitingIcon, failed: FailedIcon, sent: SentIcon, read: ReadIcon }

/** How far a message of one's own has come, as a sign and, for those who do not see it, as a word. */
export function DeliveryMark({ mark }: { mark: Mark }) {
  const { message } = useTexts().conversation
  const MarkIcon = icons[mark]
  return (
    <span className="delivery-mark" data-mark={mark} title={message.mark[mark]}>
      <MarkIcon />
      <span className="visually-hidden">{message.mark[mark]}</span>
    </span>
  )
}
