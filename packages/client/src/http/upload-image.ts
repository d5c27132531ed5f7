import type { UploadedImage } from '@farmgate/contracts/images.ts'
import type { Farmgate } from '../farmgate.ts'
import { answerTo } from './request.ts'

export type Upload = {
  url: URL
  form: FormData
  token: string
  signal: AbortSignal | undefined
  /** 0 to 1, where that can be known. */
  onProgress: (share: number) => void
}

/** Posts a form. Node's and every browser's fetch can, but knows no progress; `browser/upload.ts` does. */
export const uploadByFetch = ({ url, form, token, signal }: Upload): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    body: form,
    headers: { authorization: `Bearer ${token}` },
    ...(signal && { signal }),
  })

export type ImageToUpload = {
  room_id: string
  file: Blob
  onProgress?: (share: number) => void
  signal?: AbortSignal
}

/**
 * An image for a message of this room; it is named in one message, by `image_id`. No deadline: a line may be slow.
 * Throws `unsupported_image`, `image_too_large`, `too_many_pixels`, `bad_image`, `image_quota`.
 */
export function uploadImage(
  farmgate: Farmgate,
  { room_id, file, onProgress = () => undefined, signal }: ImageToUpload,
): Promise<UploadedImage> {
  const url = new URL('/chat/images/', farmgate.origin)
  return answerTo(farmgate, signal, (token) => {
    const form = new FormData()
    // In this order: who may upload is known before the file comes.
    form.set('room_id', room_id)
    form.set('file', file)
    return farmgate.upload({ url, form, token, signal, onProgress })
  })
}
