import type { UnsentEntry } from '@farmgate/client/room-snapshot.ts'
import { useTexts } from '../texts/texts.ts'
import { Bubble } from './bubble.tsx'
import { useConversation } from './conversation-context.ts'
import { faultText, isWorthRetrying } from './fault-text.ts'
import { CloseIcon } from './icons.tsx'
import { MessageText } from './message-text.tsx'
import type { Row } from './rows.ts'
import { UnsentPhotos } from './unsent-photos.tsx'
import { useFocusHandedOn } from './use-focus-handed-on.ts'

/** One's own that is not stored yet: it waits, is on its way, or was refused for good. */
export function UnsentMessage({ entry, row }: { entry: UnsentEntry; row: Row }) {
  const { message, unsent } = useTexts().conversation
  const { live, toComposer } = useConversation()
  const frame = useFocusHandedOn(toComposer)
  const { client_message_id, state, error } = entry
  // A text that is on its way is stored before one could press a button.
  const canBeStopped = state === 'waiting' || (state === 'sending' && entry.images.length > 0)
  const discard = () => void live.discard(client_message_id)
  const retry = () => {
    toComposer()
    void live.retry(client_message_id)
  }
  return (
    <div ref={frame} className="own-message">
      <Bubble name={message.you} row={row} isQuiet={state !== 'failed'}>
        {entry.images.length > 0 && <UnsentPhotos images={entry.images} isSending={state === 'sending'} />}
        {entry.body !== '' && <MessageText text={entry.body} />}
      </Bubble>
      {canBeStopped && (
        <button type="button" className="icon-button" aria-label={message.cancelSending} onClick={discard}>
          <CloseIcon />
        </button>
      )}
      {state === 'failed' && (
        <div className="unsent-fault">
          <p role="alert">{faultText(error?.code, unsent)}</p>
          {isWorthRetrying(error?.code) && (
            <button type="button" className="link-button" onClick={retry}>
              {message.retry}
            </button>
          )}
          <button type="button" className="link-button" onClick={discard}>
            {message.discard}
          </button>
        </div>
      )}
    </div>
  )
}
