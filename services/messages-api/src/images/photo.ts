import { open } from 'node:fs/promises'
import { DependencyAway } from '@farmgate/service-kit/dependency.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import sharp, { type Metadata, type Sharp } from 'sharp'
import { type Format, formatOf, SIGNATURE_BYTES } from './format.ts'
import type { Variant } from './store.ts'

/*
 * What an upload becomes before it is kept: decoded and encoded anew, upright, in sRGB, without its metadata and without
 * whatever was appended. Knows files, not HTTP.
 */

/** Every pixel of every frame counts. */
const MAX_PIXELS = 40_000_000

/** Of an animation; one that is longer, or has too many pixels in all, is reduced to its first frame. */
const MAX_FRAMES = 100

/** Pixels on the long side. */
const THUMBNAIL_SIDE = 480
const PLACEHOLDER_SIDE = 16

/** A picture that takes longer was made to. */
const DECODE_S = 20

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

/** Thumbnails are WebP, whatever the original is. */
export const THUMBNAIL_TYPE = 'image/webp'

/** One thread a picture, so that two at a time take two; nothing is kept between them. For the whole process. */
export function limitDecoders(): void {
  sharp.concurrency(1)
  sharp.cache(false)
}

/**
 * Makes original, thumbnail and placeholder of `file`. Throws `Refusal`: `unsupported_image` where the content is none of
 * the five formats, `too_many_pixels` (told from the header, before anything is decoded), `bad_image`.
 */
export async function makePhoto(file: string, into: PhotoFiles): Promise<Photo> {
  const header = await readHeader(file)
  const { format, ...made } = await settled(encoder(file, header).toFile(into.original))
  const thumbnail = await settled(
    scaled(into.original, THUMBNAIL_SIDE).webp({ quality: 75, effort: 3 }).toFile(into.thumbnail),
  )
  const tiny = await settled(scaled(into.thumbnail, PLACEHOLDER_SIDE).blur(1).webp({ quality: 20 }).toBuffer())
  return {
    width: made.width,
    height: made.pageHeight ?? made.height,
    content_type: `image/${format}`,
    bytes: made.size,
    thumbnail_bytes: thumbnail.size,
    placeholder: `data:image/webp;base64,${tiny.toString('base64')}`,
  }
}

type Header = { format: Format; isAnimated: boolean; hasAlpha: boolean }

/** What the header says, where it can be taken. Nothing is decoded. */
async function readHeader(file: string): Promise<Header> {
  const format = formatOf(await beginning(file))
  if (!format) throw new Refusal('unsupported_image')
  const header = await settled(sharp(file, { limitInputPixels: false }).metadata())
  if (formatIn(header) !== format) throw new Refusal('unsupported_image')
  const { width, height, pages = 1, hasAlpha } = header
  if (width * height > MAX_PIXELS) throw new Refusal('too_many_pixels')
  const isAnimated = pages > 1 && pages <= MAX_FRAMES && pages * width * height <= MAX_PIXELS
  return { format, isAnimated: isAnimated && format !== 'avif', hasAlpha }
}

async function beginning(file: string): Promise<Buffer> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SIGNATURE_BYTES), 0, SIGNATURE_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

const formatIn = ({ format, compression }: Metadata) => (format === 'heif' && compression === 'av1' ? 'avif' : format)

/** Upright; without `keep…` no metadata survives, and colours become sRGB. */
function encoder(file: string, { format, isAnimated, hasAlpha }: Header): Sharp {
  const image = decoder(file, isAnimated)
  return encodeAs[format](isAnimated ? image : image.autoOrient(), hasAlpha)
}

const decoder = (file: string, animated = false) =>
  sharp(file, { animated, failOn: 'error', limitInputPixels: MAX_PIXELS, sequentialRead: true }).timeout({
    seconds: DECODE_S,
  })

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

/** libvips says so of a disk that is full or gone: no fault of the picture. */
const DISK_FAULT = /no space left|unable to write|write error|unable to open .* for writing/i

async function settled<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && DISK_FAULT.test(error.message)) throw new DependencyAway('images', error)
    throw new Refusal('bad_image')
  }
}
