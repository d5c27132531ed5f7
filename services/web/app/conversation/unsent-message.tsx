import type { UnsentEntry } from '@farmgate/client/room-snapshot.ts'
import { useTexts } from '../texts/texts.ts'
import { Bubble } from './bubble.tsx'
import { useConversation } from './conversation-context.ts'
import { faultText } from './fault-text.ts'
import { MessageText } from './message-text.tsx'
import type { Row } from './rows.ts'
import { UnsentPhotos } from './unsent-photos.tsx'

/** One's own that is not stored yet: it waits, is on its way, or was refused for good. */
export function UnsentMessage({ entry, row }: { entry: UnsentEntry; row: Row }) {
  const { message, unsent } = useTexts().conversation
  const { live } = useConversation()
  const { client_message_id, state, error } = entry
  // A text that is on its way is stored before one could press a button.
  const canBeStopped = state === 'waiting' || entry.images.length > 0
  return (
    <div className="own-message">
      <Bubble name={message.you} row={row} isQuiet={state !== 'failed'}>
        {entry.images.length > 0 && <UnsentPhotos images={entry.images} isSending={state === 'sending'} />}
        {entry.body !== '' && <MessageText text={entry.body} />}
      </Bubble>
      {state === 'failed' ? (
        <div className="unsent-fault">
          <p role="alert">{faultText(error?.code, unsent)}</p>
          <button type="button" className="link-button" onClick={() => void live.retry(client_message_id)}>
            {message.retry}
          </button>
          <button type="button" className="link-button" onClick={() => void live.discard(client_message_id)}>
            {message.discard}
          </button>
        </div>
      ) : (
        canBeStopped && (
          <button type="button" className="link-button" onClick={() => void live.discard(client_message_id)}>
            {message.cancelSending}
          </button>
        )
      )}
    </div>
  )
}
