import './lightbox.css'
import type { MessageImage } from '@farmgate/contracts/messages.ts'
import type { KeyboardEvent } from 'react'
import { useTexts } from '../texts/texts.ts'
import { BackIcon, CloseIcon, NextIcon } from './icons.tsx'
import { useModal } from './use-modal.ts'

type Props = {
  images: readonly MessageImage[]
  alt: string
  index: number
  onMove: (index: number) => void
  onClose: () => void
  onError: () => void
}

/** The photos of one message in full. Arrow keys turn the page, Escape closes; the focus goes back to the small one. */
export function Lightbox({ images, alt, index, onMove, onClose, onError }: Props) {
  const { photo } = useTexts().conversation
  const dialog = useModal()
  const image = images[index]
  if (!image) return null
  const move = (by: number) => images[index + by] && onMove(index + by)
  const onKeyDown = ({ key }: KeyboardEvent) => {
    if (key === 'ArrowLeft') move(-1)
    if (key === 'ArrowRight') move(1)
  }
  return (
    <dialog
      ref={dialog}
      className="lightbox"
      aria-label={photo.viewer}
      onCancel={onClose}
      onKeyDown={onKeyDown}
      onClick={({ target, currentTarget }) => target === currentTarget && onClose()}
    >
      <button type="button" className="lightbox-close" aria-label={photo.close} onClick={onClose}>
        <CloseIcon />
      </button>
      <img
        key={image.image_id}
        src={image.url}
        alt={alt}
        style={image.placeholder ? { backgroundImage: `url("${image.placeholder}")` } : undefined}
        width={image.width ?? undefined}
        height={image.height ?? undefined}
        onError={onError}
      />
      {images.length > 1 && (
        <nav className="lightbox-pages">
          <button type="button" aria-label={photo.previous} aria-disabled={index === 0} onClick={() => move(-1)}>
            <BackIcon />
          </button>
          <p role="status">{photo.count(index + 1, images.length)}</p>
          <button
            type="button"
            aria-label={photo.next}
            aria-disabled={index === images.length - 1}
            onClick={() => move(1)}
          >
            <NextIcon />
          </button>
        </nav>
      )}
    </dialog>
  )
}
