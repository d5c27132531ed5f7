import { useState } from 'react'
import { frameRatio } from './frame-ratio.ts'

type Props = {
  src: string
  alt: string
  /** One photo alone keeps its shape; several are squares. */
  isAlone: boolean
  width?: number | null
  height?: number | null
  /** A tiny blurred picture of it, as a data URI. */
  placeholder?: string | undefined
  onError?: () => void
}

/** A photo in the place that is kept for it from the beginning, so that nothing moves when it arrives. */
export function PhotoFrame({ src, alt, isAlone, width, height, placeholder, onError }: Props) {
  const [found, setFound] = useState<{ width: number; height: number }>()
  const [broken, setBroken] = useState<string>()
  const size = width && height ? { width, height } : found
  return (
    <img
      className="photo-frame"
      src={src}
      alt={alt}
      loading="lazy"
      decoding="async"
      style={{
        aspectRatio: isAlone ? frameRatio(size) : 1,
        ...(placeholder && { backgroundImage: `url("${placeholder}")` }),
        // The place stays empty rather than show the browser's own sign.
        ...(broken === src && { visibility: 'hidden' }),
      }}
      onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
        size || setFound({ width: naturalWidth, height: naturalHeight })
      }
      onError={() => {
        setBroken(src)
        onError?.()
      }}
    />
  )
}
