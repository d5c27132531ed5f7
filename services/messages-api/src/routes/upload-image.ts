import { uploadedImage, uploadImageForm } from '@farmgate/contracts/images.ts'
import type { App, Request } from '@farmgate/service-kit/app.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import multipart from '@fastify/multipart'
import { callerOf } from '../caller.ts'
import type { Held } from '../held.ts'
import { findRoom } from '../history.ts'
import { requireQuota } from '../images/image-statements.ts'
import { keepImage } from '../images/keep-image.ts'
import { discardRest, receiveUpload } from '../images/receive-upload.ts'
import { openWorkspace } from '../images/workspace.ts'
import { knownRoom } from '../known-room.ts'

/** POST /chat/images/ — a party uploads a picture for a room; a message of theirs may then name it, once. */
export function uploadImage(app: App, held: Held) {
  const schema = {
    summary: 'Upload an image',
    description:
      'First `room_id`, then `file`. What is kept is decoded and encoded anew: upright, in sRGB, without metadata. ' +
      'AVIF becomes JPEG, or WebP where it is transparent. Animations of up to 100 frames and 40 megapixels in all are ' +
      'kept, longer ones and turned ones become their first frame. One that is in no message after a day is removed.',
    consumes: ['multipart/form-data'],
    body: uploadImageForm,
    response: {
      201: uploadedImage,
      ...problems('forbidden', 'unknown_room', 'bad_image', 'image_too_large', 'too_many_pixels', 'unsupported_image'),
      ...problems('image_quota', 'overloaded'),
    },
  }
  // A scope of its own: no other operation takes a multipart body. It is checked part by part as it comes.
  app.register(async (app) => {
    await app.register(multipart)
    const options = { schema, validatorCompiler: () => () => true }
    app.post('/chat/images/', options, async (request, reply) => {
      const image = await upload(held, request)
      const { image_id, width, height, content_type, bytes } = image
      reply.code(201)
      return { image_id, ...held.images.urls.sign(image_id), width, height, content_type, bytes }
    })
  })
}

async function upload(held: Held, request: Request) {
  const uploader_id = callerOf(request.user)
  const workspace = await openWorkspace(held.log)
  try {
    const room_id = await receiveUpload(request, workspace.upload, async (room_id) => {
      await knownRoom(held, { room_id, user_id: uploader_id, requestId: request.id }, () =>
        held.db.run((sql) => findRoom(sql, room_id)),
      )
      await held.db.run((sql) => requireQuota(sql, uploader_id))
    })
    return await keepImage(held, workspace, { room_id, uploader_id })
  } finally {
    discardRest(request.raw)
    await workspace.close()
  }
}
