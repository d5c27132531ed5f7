import type { Message } from '@farmgate/contracts/messages.ts'
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useTexts } from '../texts/texts.ts'
import { CharactersLeft } from './characters-left.tsx'
import { useConversation } from './conversation-context.ts'
import { sendsByEnter } from './enter-key.ts'
import { codeOf, faultText } from './fault-text.ts'
import { charactersLeft } from './message-length.ts'

type Props = { message: Message; onEnd: () => void }

/** Another body for a message, in its place. Escape leaves it as it was. */
export function EditForm({ message, onEnd }: Props) {
  const texts = useTexts().conversation.message
  const { live } = useConversation()
  const [text, setText] = useState(message.body)
  const [fault, setFault] = useState<string>()
  const field = useRef<HTMLTextAreaElement>(null)
  const left = charactersLeft(text)
  useEffect(() => {
    const end = field.current?.value.length ?? 0
    field.current?.focus()
    field.current?.setSelectionRange(end, end)
  }, [])

  const save = async () => {
    const body = text.trim()
    if (body === '' || left < 0) return
    try {
      if (body !== message.body) await live.edit(message.message_id, body)
      onEnd()
    } catch (error) {
      setFault(faultText(codeOf(error), texts.failed))
    }
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    void save()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onEnd()
    if (!sendsByEnter(event)) return
    event.preventDefault()
    void save()
  }
  return (
    <form className="edit-form" onSubmit={onSubmit}>
      <textarea
        ref={field}
        dir="auto"
        rows={2}
        value={text}
        aria-label={texts.editing}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <CharactersLeft left={left} />
      {fault && <p role="alert">{fault}</p>}
      <div className="edit-form-answers">
        <button type="button" className="link-button" onClick={onEnd}>
          {texts.cancel}
        </button>
        <button type="submit" className="link-button">
          {texts.save}
        </button>
      </div>
    </form>
  )
}
