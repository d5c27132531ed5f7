import './composer.css'
import { type ClipboardEvent, type FormEvent, type KeyboardEvent, useRef, useState } from 'react'
import { useTexts } from '../texts/texts.ts'
import { CharactersLeft } from './characters-left.tsx'
import { useConversation } from './conversation-context.ts'
import { draftsOf } from './drafts.ts'
import { SendIcon } from './icons.tsx'
import { charactersLeft } from './message-length.ts'
import { PhotoButton } from './photo-button.tsx'
import { PhotoTray } from './photo-tray.tsx'
import type { PhotoChoice } from './use-photo-choice.ts'

type Props = { photos: PhotoChoice; other: string }

/** Where one writes. What is written survives a reload; what is sent is kept by the client, with or without a network. */
export function Composer({ photos, other }: Props) {
  const { composer } = useTexts().conversation
  const { live, roomId, me } = useConversation()
  const [drafts] = useState(() => draftsOf(sessionStorage, me, roomId))
  const [text, setText] = useState(drafts.read)
  const [failed, setFailed] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)
  const left = charactersLeft(text)
  const isReady = left >= 0 && (text.trim() !== '' || photos.photos.length > 0)

  const write = (next: string) => {
    setText(next)
    setFailed(false)
    drafts.write(next)
    live.typing(next.trim() !== '')
  }
  const send = async () => {
    if (!isReady) return
    const images = photos.photos
    write('')
    photos.clear()
    field.current?.focus()
    try {
      await live.send({ body: text.trim(), images })
    } catch {
      // The outbox could not keep it, so nothing was sent: it is the writer's again.
      write(text)
      photos.restore(images)
      setFailed(true)
    }
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    void send()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (!sendsByEnter(event)) return
    event.preventDefault()
    void send()
  }
  const onPaste = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length === 0) return
    event.preventDefault()
    photos.add(event.clipboardData.files)
  }

  return (
    <form className="composer" onSubmit={onSubmit}>
      <PhotoTray photos={photos} onRemoved={() => field.current?.focus()} />
      {failed && <p role="alert">{composer.failed}</p>}
      <div className="composer-line">
        <PhotoButton onPick={photos.add} />
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          value={text}
          placeholder={composer.placeholder(other)}
          aria-label={composer.label}
          aria-describedby="composer-hint"
          enterKeyHint={byTouch() ? 'enter' : 'send'}
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onBlur={() => live.typing(false)}
        />
        <button type="submit" className="composer-send" aria-label={composer.send} aria-disabled={!isReady}>
          <SendIcon />
        </button>
      </div>
      <CharactersLeft left={left} />
      <p id="composer-hint" className="visually-hidden">
        {byTouch() ? '' : composer.hint}
      </p>
      {photos.isOver && <p className="composer-drop">{composer.drop}</p>}
    </form>
  )
}

/** On glass there is no Shift: Enter begins a new line there, and the button sends. */
const byTouch = () => matchMedia('(pointer: coarse)').matches

/** Not while an input method is still choosing a character. */
const sendsByEnter = (event: KeyboardEvent) =>
  event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing && !byTouch()
