import './photos.css'
import type { Message } from '@farmgate/contracts/messages.ts'
import { useState } from 'react'
import { useTexts } from '../texts/texts.ts'
import { useConversation } from './conversation-context.ts'
import { Lightbox } from './lightbox.tsx'
import { PhotoFrame } from './photo-frame.tsx'
import { useFreshImages } from './use-fresh-images.ts'

/** The photos of a stored message, small; each opens in full. */
export function Photos({ message }: { message: Message }) {
  const { photo } = useTexts().conversation
  const { names } = useConversation()
  const refresh = useFreshImages(message)
  const { images } = message
  const [open, setOpen] = useState<number>()
  if (images.length === 0) return null
  const alt = photo.alt(names[message.sender_id] ?? '')
  return (
    <div className="photos" data-count={Math.min(images.length, 4)}>
      {images.map((image, index) => (
        <button
          key={image.image_id}
          type="button"
          className="photo"
          aria-label={photo.open(index + 1, images.length)}
          onClick={() => setOpen(index)}
        >
          <PhotoFrame
            src={image.thumbnail_url}
            alt={alt}
            isAlone={images.length === 1}
            width={image.width}
            height={image.height}
            placeholder={image.placeholder}
            onError={refresh}
          />
        </button>
      ))}
      {open !== undefined && (
        <Lightbox
          images={images}
          alt={alt}
          index={open}
          onMove={setOpen}
          onClose={() => setOpen(undefined)}
          onError={refresh}
        />
      )}
    </div>
  )
}
