import { useRef } from 'react'
import { useTexts } from '../texts/texts.ts'
import { PHOTO_TYPES } from './chosen-photos.ts'
import { PhotoIcon } from './icons.tsx'

/** Opens the device's photos. */
export function PhotoButton({ onPick }: { onPick: (files: Iterable<File>) => void }) {
  const { composer } = useTexts().conversation
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button type="button" className="icon-button" aria-label={composer.attach} onClick={() => input.current?.click()}>
        <PhotoIcon />
      </button>
      <input
        ref={input}
        type="file"
        accept={PHOTO_TYPES}
        multiple
        hidden
        onChange={({ target }) => {
          onPick([...(target.files ?? [])])
          // The same file again is a change again.
          target.value = ''
        }}
      />
    </>
  )
}
