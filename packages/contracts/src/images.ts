import { z } from 'zod'
import { imageId, roomId } from './ids.ts'

/** POST /chat/images/, as a multipart form: `room_id` first, so that who may upload is known before the file comes. */
export const uploadImageForm = z
  .object({
    room_id: roomId,
    file: z.file().meta({ description: 'JPEG, PNG, WebP, GIF or AVIF by content; at most 10 MiB and 40 megapixels' }),
  })
  .meta({ id: 'UploadImageForm' })

export const uploadedImage = z
  .object({
    image_id: imageId,
    url: z.string().meta({ description: 'A path of the one origin, signed, good for 15 minutes' }),
    thumbnail_url: z.string().meta({ description: 'WebP, 480 pixels on the long side' }),
    width: z.int(),
    height: z.int(),
    content_type: z.string(),
    bytes: z.int(),
  })
  .meta({ id: 'UploadedImage' })
export type UploadedImage = z.infer<typeof uploadedImage>

/** A signed URL, as it came: whatever is not ours in it is 404, like an image that is not there. */
export const imageFilePath = z.object({ image_id: z.string(), variant: z.string() })
export const imageFileQuery = z.object({
  exp: z.string().catch('').meta({ description: 'Good until then, in seconds since 1970' }),
  sig: z.string().catch(''),
})
