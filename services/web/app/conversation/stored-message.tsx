import type { Message } from '@farmgate/contracts/messages.ts'
import { useTexts } from '../texts/texts.ts'
import { Bubble } from './bubble.tsx'
import { useConversation } from './conversation-context.ts'
import { MessageText } from './message-text.tsx'
import { Photos } from './photos.tsx'
import type { Row } from './rows.ts'

/** A text, its photos, or what a deleted one leaves behind. */
export function StoredMessage({ message, row }: { message: Message; row: Row }) {
  const texts = useTexts().conversation.message
  const { names } = useConversation()
  const name = row.own ? texts.you : (names[message.sender_id] ?? '')
  if (message.deleted_at !== null) {
    return (
      <Bubble name={name} row={row} isQuiet>
        <p className="message-text">{texts.deleted}</p>
      </Bubble>
    )
  }
  return (
    <Bubble name={name} row={row} isEdited={message.edited_at !== null}>
      <Photos message={message} />
      {message.body !== '' && <MessageText text={message.body} />}
    </Bubble>
  )
}
