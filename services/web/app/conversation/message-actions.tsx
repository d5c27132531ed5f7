import type { Message } from '@farmgate/contracts/messages.ts'
import { type KeyboardEvent, useId, useRef, useState } from 'react'
import { useTexts } from '../texts/texts.ts'
import { MoreIcon } from './icons.tsx'

/** As messages-api has it; the server decides. */
const EDITABLE_MS = 15 * 60 * 1000

type Props = { message: Message; onEdit: () => void; onDelete: () => void }

/** One button that opens the two: to edit, while there is time, and to delete. Escape closes it again. */
export function MessageActions({ message, onEdit, onDelete }: Props) {
  const texts = useTexts().conversation.message
  const [isOpen, setOpen] = useState(false)
  const opener = useRef<HTMLButtonElement>(null)
  const id = useId()
  const close = () => {
    setOpen(false)
    opener.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !isOpen) return
    event.stopPropagation()
    close()
  }
  const isEditable = isOpen && Date.now() - Date.parse(message.created_at) < EDITABLE_MS
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape in any of the buttons closes them
    <div className="message-actions" data-open={isOpen} onKeyDown={onKeyDown}>
      <button
        ref={opener}
        type="button"
        className="icon-button"
        aria-label={texts.actions}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <MoreIcon />
      </button>
      <div id={id} className="message-actions-list" hidden={!isOpen}>
        {isEditable && (
          <button type="button" onClick={onEdit}>
            {texts.edit}
          </button>
        )}
        <button
          type="button"
          onClick={() => {
            close()
            onDelete()
          }}
        >
          {texts.delete}
        </button>
      </div>
    </div>
  )
}
