import sharp, { type Sharp } from 'sharp'
import type { Format } from './format.ts'
import type { Variant } from './store.ts'

/*
 * What an upload becomes before it is kept: decoded and encoded anew, upright, in sRGB, without its metadata and without
 * whatever was appended. Knows files, not HTTP. It runs in a process of its own, which loads this file and little else.
 */

/** Every pixel of every frame counts. */
export const MAX_PIXELS = 40_000_000

/** Pixels on the long side. */
const THUMBNAIL_SIDE = 480
const PLACEHOLDER_SIDE = 16

/** What is kept of an upload. Sizes in pixels, as it is shown; `placeholder` is a data URI of some 100 characters. */
export type Photo = {
  width: number
  height: number
  content_type: string
  bytes: number
  thumbnail_bytes: number
  placeholder: string
}

/** Both files of it, as they are written. */
export type PhotoFiles = Record<Variant, string>

/** What kind of picture a file holds; `isAnimated` where its frames are kept. */
export type Kind = { format: Format; isAnimated: boolean; hasAlpha: boolean }

/** A photo to be made of `file`. */
export type PhotoOrder = { file: string; kind: Kind; into: PhotoFiles }

/** Thumbnails are WebP, whatever the original is. */
export const THUMBNAIL_TYPE = 'image/webp'

/** One thread a picture, so that two at a time take two; nothing is kept between them. For the whole process. */
export function limitDecoders(): void {
  sharp.concurrency(1)
  sharp.cache(false)
}

/** Makes original, thumbnail and placeholder. Throws what sharp says of a file that it cannot read or write. */
export async function makePhoto({ file, kind, into }: PhotoOrder): Promise<Photo> {
  const { format, ...made } = await encoder(file, kind).toFile(into.original)
  const thumbnail = await scaled(into.original, THUMBNAIL_SIDE).webp({ quality: 75, effort: 3 }).toFile(into.thumbnail)
  const tiny = await scaled(into.thumbnail, PLACEHOLDER_SIDE).blur(1).webp({ quality: 20 }).toBuffer()
  return {
    width: made.width,
    height: made.pageHeight ?? made.height,
    content_type: `image/${format}`,
    bytes: made.size,
    thumbnail_bytes: thumbnail.size,
    placeholder: `data:image/webp;base64,${tiny.toString('base64')}`,
  }
}

/** Upright; without `keep…` no metadata survives, and colours become sRGB. */
function encoder(file: string, { format, isAnimated, hasAlpha }: Kind): Sharp {
  const image = decoder(file, isAnimated)
  return encodeAs[format](isAnimated ? image : image.autoOrient(), hasAlpha)
}

const decoder = (file: string, animated = false) =>
  sharp(file, { animated, failOn: 'error', limitInputPixels: MAX_PIXELS, sequentialRead: true })

/** Its tables made to measure would save 4 % of the bytes, and hold a whole picture in memory: 120 MB for 20 megapixels. */
const JPEG = { quality: 85, optimiseCoding: false }

/** Every format stays what it is but AVIF, which takes twelve times as long to write as JPEG, at its fastest. */
const encodeAs: Record<Format, (image: Sharp, hasAlpha: boolean) => Sharp> = {
  jpeg: (image) => image.jpeg(JPEG),
  png: (image) => image.png({ compressionLevel: 6 }),
  webp: (image) => image.webp({ quality: 82, effort: 1 }),
  gif: (image) => image.gif({ effort: 3 }),
  avif: (image, hasAlpha) => (hasAlpha ? image.webp({ quality: 85, effort: 1 }) : image.jpeg(JPEG)),
}

/** The first frame, no larger than it was. */
const scaled = (file: string, side: number) =>
  decoder(file).resize(side, side, { fit: 'inside', withoutEnlargement: true })
