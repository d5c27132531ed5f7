import { open } from 'node:fs/promises'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import sharp, { type Metadata } from 'sharp'
import { type Format, formatOf, SIGNATURE_BYTES } from './format.ts'
import { type Kind, MAX_PIXELS } from './photo.ts'

/** Of an animation; one that is longer, or has too many pixels in all, is reduced to its first frame. */
const MAX_FRAMES = 100

/** Orientation 1 is upright; whatever is above must be turned or mirrored. */
const UPRIGHT = 1

/** What a file says of itself. */
export type Header = {
  kind: Kind
  /** Bytes that making a photo of it takes at most, beside what an idle decoder does: measured, see the README. */
  memory: number
}

/**
 * What the header of `file` says; nothing is decoded. Throws `Refusal`: `unsupported_image` where the content is none of
 * the five formats, `too_many_pixels`, `bad_image`.
 */
export async function readHeader(file: string): Promise<Header> {
  const format = formatOf(await beginning(file))
  if (!format) throw new Refusal('unsupported_image')
  const header = await metadataOf(file)
  if (formatIn(header) !== format) throw new Refusal('unsupported_image')
  const { width, height, pages = 1, hasAlpha } = header
  if (width * height > MAX_PIXELS) throw new Refusal('too_many_pixels')
  const isAnimation = pages > 1 && pages <= MAX_FRAMES && pages * width * height <= MAX_PIXELS
  // Frames cannot be turned one by one: such an animation becomes its first frame, upright.
  const isAnimated = isAnimation && format !== 'avif' && !isTurned(header)
  return { kind: { format, isAnimated, hasAlpha }, memory: memoryOf(format, header, isAnimated ? pages : 1) }
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

async function metadataOf(file: string): Promise<Metadata> {
  try {
    return await sharp(file, { limitInputPixels: false }).metadata()
  } catch {
    throw new Refusal('bad_image')
  }
}

const formatIn = ({ format, compression }: Metadata) => (format === 'heif' && compression === 'av1' ? 'avif' : format)

const isTurned = ({ orientation = UPRIGHT }: Metadata) => orientation > UPRIGHT

/** JPEG and PNG go through in strips, unless their order or a turn asks for all of it; the others are held as a whole. */
function memoryOf(format: Format, header: Metadata, frames: number): number {
  const { width, height, isProgressive, depth } = header
  const plane = depth === 'ushort' ? 8 : 4
  const perPixel: Record<Format, number> = {
    jpeg: 1 + (isProgressive ? 6 : 0) + (isTurned(header) ? 4 : 0),
    png: 2 + (isProgressive ? plane : 0) + (isTurned(header) ? plane : 0),
    webp: 22,
    gif: 15,
    avif: 26,
  }
  const perLaterPixel = 4
  return width * height * (perPixel[format] + perLaterPixel * (frames - 1))
}
