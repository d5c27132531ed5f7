/** What is taken as an upload. */
export type Format = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif'

/** Enough of a file's beginning to tell its format. */
export const SIGNATURE_BYTES = 64

/** A HEIF file names its brands in its first box: four bytes of length, `ftyp`, the brand, a version, further brands. */
const AVIF_BRANDS = new Set(['avif', 'avis'])

/**
 * The format that a file's first bytes claim, whatever its name and type say; nothing for any other. Only a decoder can
 * tell whether the rest agrees.
 */
export function formatOf(beginning: Buffer): Format | undefined {
  const text = beginning.toString('latin1')
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg'
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png'
  if (/^GIF8[79]a/.test(text)) return 'gif'
  if (text.startsWith('RIFF') && /^WEBPVP8[ LX]/.test(text.slice(8))) return 'webp'
  return text.slice(4, 8) === 'ftyp' && isAvif(beginning) ? 'avif' : undefined
}

function isAvif(beginning: Buffer): boolean {
  if (beginning.length < 16) return false
  const end = Math.min(beginning.readUInt32BE(0), beginning.length)
  for (let at = 8; at + 4 <= end; at += at === 8 ? 8 : 4) {
    if (AVIF_BRANDS.has(beginning.toString('latin1', at, at + 4))) return true
  }
  return false
}
