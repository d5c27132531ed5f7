import { imageFilePath, imageFileQuery } from '@farmgate/contracts/images.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { z } from 'zod'
import type { Held } from '../held.ts'
import { findImage, type ImageRow } from '../images/image-statements.ts'
import { THUMBNAIL_TYPE } from '../images/photo.ts'
import { hasIt, rangeOf } from '../images/range.ts'
import type { Variant } from '../images/store.ts'

/** GET /chat/images/{image_id}/{original|thumbnail} — a file of an image, to whoever holds a signed URL of it. */
export function serveImage(app: App, held: Held) {
  const schema = {
    summary: 'Read an image',
    description: 'The URLs stand in a Message and in the answer to an upload; the signature is the permission.',
    params: imageFilePath,
    querystring: imageFileQuery,
    response: {
      ...ANSWERS,
      ...problems('unknown_image', 'range_not_satisfiable'),
    },
  }
  app.get('/chat/images/:image_id/:variant/', { schema, config: { access: 'open' } }, async (request, reply) => {
    const asked = held.images.urls.verify({ ...request.params, ...request.query })
    const image = asked && (await held.db.run((sql) => findImage(sql, request.params.image_id)))
    if (!image) throw new Refusal('unknown_image')
    const file = fileOf(image, asked.variant)
    const headers = { ...PRIVATE, etag: file.etag, 'cache-control': `private, max-age=${leftS(asked.exp)}, immutable` }
    if (hasIt(request.headers['if-none-match'], file.etag)) return reply.code(304).headers(headers).send(null)

    const range = rangeOf(request.headers, file.bytes, file.etag)
    if (range === 'unsatisfiable') {
      reply.header('content-range', `bytes */${file.bytes}`)
      throw new Refusal('range_not_satisfiable')
    }
    const stream = await held.images.store.read(image.image_id, asked.variant, range)
    if (!stream) throw new Refusal('unknown_image')
    const { from, to } = range ?? { from: 0, to: file.bytes - 1 }
    if (range) reply.code(206).header('content-range', `bytes ${from}-${to}/${file.bytes}`)
    return reply.headers({ ...headers, 'content-type': file.type, 'content-length': to - from + 1 }).send(stream)
  })
}

const content = { 'image/*': { schema: z.file() } }

/** Documentation: what is sent is a stream. */
const ANSWERS: Record<never, never> = {
  200: { description: 'The file; `Range` and `If-None-Match` are heeded', content },
  206: { description: 'A part of it', content },
  304: z.null().meta({ description: 'What the client has is still right' }),
}

/** Whatever is in a file, a browser shows it as this picture or not at all; other sites may show it with our URL. */
const PRIVATE = {
  'accept-ranges': 'bytes',
  'content-disposition': 'inline',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
}

/** A file never changes: its name is its state. */
const fileOf = (image: ImageRow, variant: Variant) => ({
  etag: `"${image.image_id}-${variant}"`,
  ...(variant === 'original'
    ? { type: image.content_type, bytes: image.bytes }
    : { type: THUMBNAIL_TYPE, bytes: image.thumbnail_bytes }),
})

/** Nobody may keep it for longer than its URL is good. */
const leftS = (exp: number) => Math.max(0, exp - Math.ceil(Date.now() / 1_000))
