import type { Message } from '@farmgate/contracts/messages.ts'
import { useEffect, useRef, useState } from 'react'
import { announce } from '../shell/announcer.tsx'
import { useTexts } from '../texts/texts.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { useConversation } from './conversation-context.ts'
import { EditForm } from './edit-form.tsx'
import { codeOf, faultText } from './fault-text.ts'
import { MessageActions } from './message-actions.tsx'
import type { Row } from './rows.ts'
import { StoredMessage } from './stored-message.tsx'

type Doing = 'nothing' | 'editing' | 'deleting'

/** A stored message of one's own, with what can still be done to it. The focus stays with it, also when it has been deleted. */
export function OwnMessage({ message, row }: { message: Message; row: Row }) {
  const texts = useTexts().conversation.message
  const { live } = useConversation()
  const [doing, setDoing] = useState<Doing>('nothing')
  const [fault, setFault] = useState<string>()
  const frame = useRef<HTMLDivElement>(null)

  const end = () => {
    setDoing('nothing')
    frame.current?.focus()
  }
  // Its buttons go with a message that is deleted, and with them the focus.
  const isDeleted = message.deleted_at !== null
  const wasRemoved = useRef(false)
  useEffect(() => {
    if (isDeleted && wasRemoved.current) frame.current?.focus()
  }, [isDeleted])
  const remove = async () => {
    setDoing('nothing')
    setFault(undefined)
    wasRemoved.current = true
    try {
      await live.remove(message.message_id)
      announce(texts.deletedAloud)
    } catch (error) {
      setFault(faultText(codeOf(error), texts.failed))
    }
  }
  return (
    <div ref={frame} tabIndex={-1} className="own-message">
      {doing === 'editing' ? <EditForm message={message} onEnd={end} /> : <StoredMessage message={message} row={row} />}
      {doing !== 'editing' && !isDeleted && (
        <MessageActions message={message} onEdit={() => setDoing('editing')} onDelete={() => setDoing('deleting')} />
      )}
      {fault && <p role="alert">{fault}</p>}
      {doing === 'deleting' && (
        <ConfirmDialog
          texts={texts.confirmDelete}
          isDangerous
          onNo={() => setDoing('nothing')}
          onYes={() => void remove()}
        />
      )}
    </div>
  )
}
