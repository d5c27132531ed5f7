import './composer.css'
import type { ClipboardEvent, FormEvent, KeyboardEvent, RefObject } from 'react'
import { useTexts } from '../texts/texts.ts'
import { CharactersLeft } from './characters-left.tsx'
import { useConversation } from './conversation-context.ts'
import { isTouched, sendsByEnter } from './enter-key.ts'
import { SendIcon } from './icons.tsx'
import { PhotoButton } from './photo-button.tsx'
import { PhotoTray } from './photo-tray.tsx'
import type { PhotoChoice } from './use-photo-choice.ts'
import { useWriting } from './use-writing.ts'

type Props = { field: RefObject<HTMLTextAreaElement | null>; photos: PhotoChoice; other: string | undefined }

/** Where one writes, and chooses photos. */
export function Composer({ field, photos, other }: Props) {
  const { composer } = useTexts().conversation
  const { toComposer } = useConversation()
  const { text, write, left, isReady, fault, send, pause } = useWriting(photos)
  const submit = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault()
    toComposer()
    void send()
  }
  const onPaste = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length === 0) return
    event.preventDefault()
    photos.add(event.clipboardData.files)
  }
  return (
    <form className="composer" onSubmit={submit}>
      <PhotoTray photos={photos} onRemoved={toComposer} />
      {fault && <p role="alert">{fault}</p>}
      <div className="composer-line">
        <PhotoButton onPick={photos.add} />
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          value={text}
          placeholder={other === undefined ? composer.label : composer.placeholder(other)}
          aria-label={composer.label}
          aria-describedby="composer-hint"
          enterKeyHint={isTouched() ? 'enter' : 'send'}
          onChange={(event) => write(event.target.value)}
          onKeyDown={(event) => sendsByEnter(event) && submit(event)}
          onPaste={onPaste}
          onBlur={pause}
        />
        <button type="submit" className="composer-send" aria-label={composer.send} aria-disabled={!isReady}>
          <SendIcon />
        </button>
      </div>
      <CharactersLeft left={left} />
      <p id="composer-hint" className="visually-hidden">
        {isTouched() ? '' : composer.hint}
      </p>
      {photos.isOver && <p className="composer-drop">{composer.drop}</p>}
    </form>
  )
}
