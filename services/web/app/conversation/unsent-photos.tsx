import type { LocalImage } from '@farmgate/client/room-snapshot.ts'
import { useFormat } from '../texts/format.ts'
import { useTexts } from '../texts/texts.ts'
import { PhotoFrame } from './photo-frame.tsx'
import { useObjectUrl } from './use-object-url.ts'

type Props = { images: readonly LocalImage[]; isSending: boolean }

/** The photos of a message that is not stored yet, each with how much of it has gone. */
export function UnsentPhotos({ images, isSending }: Props) {
  return (
    <div className="photos" data-count={Math.min(images.length, 4)}>
      {images.map((image) => (
        <UnsentPhoto key={image.local_id} image={image} isAlone={images.length === 1} isSending={isSending} />
      ))}
    </div>
  )
}

function UnsentPhoto({ image, isAlone, isSending }: { image: LocalImage; isAlone: boolean; isSending: boolean }) {
  const { message } = useTexts().conversation
  const format = useFormat()
  const url = useObjectUrl(image.file)
  return (
    <span className="photo">
      {url && <PhotoFrame src={url} alt="" isAlone={isAlone} />}
      {isSending && image.progress < 1 && (
        <progress value={image.progress} aria-label={message.uploading(format.percent(image.progress))} />
      )}
    </span>
  )
}
