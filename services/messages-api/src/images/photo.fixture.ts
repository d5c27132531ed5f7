import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'

/** Where the photo was taken, 52° 31′ as EXIF writes it: it must never be found again. */
const POSITION = '4\0\0\0\x01\0\0\0\x1f\0\0\0\x01\0\0\0'
const COMMENT = 'EXIF-CANARY'
/** What a camera leaves in its pictures. */
export const CANARIES = [POSITION, COMMENT, 'XMP-CANARY', 'Exif\0', '<x:xmpmeta', 'ICC_PROFILE']

type Size = { width: number; height: number }

/** Something like a photograph: smooth, with some noise. */
export const aPicture = ({ width, height }: Size = { width: 600, height: 400 }) =>
  sharp({
    create: {
      width: Math.max(8, Math.round(width / 8)),
      height: Math.max(8, Math.round(height / 8)),
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  }).resize(width, height, { fit: 'fill' })

export type Encoding = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif'

/** A picture with all that a camera writes beside it: EXIF with a position, a turn by 90 degrees, XMP, a profile. */
export async function aPhoto(format: Encoding, size?: Size): Promise<Buffer> {
  return aPicture(size)
    .withExif({
      IFD0: { ImageDescription: COMMENT, Make: 'Camera' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 12/1' },
    })
    .withMetadata({ orientation: 6, icc: 'p3' })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">XMP-CANARY</x:xmpmeta>')
    .toFormat(format, { effort: 1 })
    .toBuffer()
}

/** An animation of `frames` frames, each of another colour. */
export async function anAnimation(format: 'gif' | 'webp', frames: number, side = 20): Promise<Buffer> {
  const pixels = Buffer.alloc(side * side * frames * 3)
  for (let at = 0; at < pixels.length; at++) pixels[at] = (Math.floor(at / (side * side * 3)) * 37 + at) % 256
  const raw = { width: side, height: side * frames, channels: 3 as const, pageHeight: side }
  return sharp(pixels, { raw })
    .toFormat(format, { delay: Array.from({ length: frames }, () => 50) })
    .toBuffer()
}

/** A PNG with texts in it, plain, compressed and international, behind its header. */
export async function aPngWithTexts(text: string): Promise<Buffer> {
  const png = await aPicture().png().toBuffer()
  const chunks = [
    aChunk('tEXt', Buffer.from(`Comment\0${text}`)),
    aChunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(text)])),
    aChunk('iTXt', Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${text}`)),
    aChunk('eXIf', Buffer.from(`II*\0\x08\0\0\0\0\0${text}`)),
  ]
  const header = 8 + 25
  return Buffer.concat([png.subarray(0, header), ...chunks, png.subarray(header)])
}

function aChunk(type: string, data: Buffer): Buffer {
  const [length, body, sum] = [Buffer.alloc(4), Buffer.concat([Buffer.from(type), data]), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** A GIF with a comment behind its header and global colours. */
export async function aGifWithComment(text: string): Promise<Buffer> {
  const gif = await aPicture({ width: 40, height: 40 }).gif().toBuffer()
  const colours = 3 * 2 ** (((gif[10] ?? 0) & 7) + 1)
  const behind = 13 + ((gif[10] ?? 0) & 0x80 ? colours : 0)
  const comment = Buffer.concat([Buffer.from([0x21, 0xfe, text.length]), Buffer.from(text), Buffer.from([0])])
  return Buffer.concat([gif.subarray(0, behind), comment, gif.subarray(behind)])
}

/** A PNG that is small and says that it is 16000 × 16000. */
export async function aBomb(): Promise<Buffer> {
  const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#000' } })
    .png()
    .toBuffer()
  png.writeUInt32BE(16_000, 16)
  png.writeUInt32BE(16_000, 20)
  return png
}
