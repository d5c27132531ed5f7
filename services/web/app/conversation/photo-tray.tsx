import { useState } from 'react'
import { useTexts } from '../texts/texts.ts'
import { CloseIcon } from './icons.tsx'
import { useObjectUrl } from './use-object-url.ts'
import type { PhotoChoice } from './use-photo-choice.ts'

type Props = {
  photos: PhotoChoice
  /** The button that had the focus is gone. */
  onRemoved: () => void
}

/** The photos of the message being written, and why others were not taken. */
export function PhotoTray({ photos: { photos, refused, remove }, onRemoved }: Props) {
  const { composer } = useTexts().conversation
  return (
    <>
      {refused.length > 0 && (
        <p className="composer-refused" role="alert">
          {refused.map((reason) => composer.refused[reason]).join(' ')}
        </p>
      )}
      {photos.length > 0 && (
        <ul className="photo-tray" aria-label={composer.photos}>
          {photos.map((photo, index) => (
            <ChosenPhoto
              // A file has no id; one that is chosen twice stands at two places.
              // biome-ignore lint/suspicious/noArrayIndexKey: the place is what tells them apart
              key={`${photo.name}:${photo.lastModified}:${index}`}
              photo={photo}
              label={composer.removePhoto(index + 1)}
              onRemove={() => {
                remove(photo)
                onRemoved()
              }}
            />
          ))}
        </ul>
      )}
    </>
  )
}

/** What the browser cannot show stands there by its name; whether it is a photo, the server says. */
function ChosenPhoto({ photo, label, onRemove }: { photo: File; label: string; onRemove: () => void }) {
  const url = useObjectUrl(photo)
  const [isBroken, setBroken] = useState(false)
  return (
    <li>
      {isBroken && <span className="photo-tray-name">{photo.name}</span>}
      {url && !isBroken && <img src={url} alt={photo.name} onError={() => setBroken(true)} />}
      <button type="button" aria-label={label} onClick={onRemove}>
        <CloseIcon />
      </button>
    </li>
  )
}
