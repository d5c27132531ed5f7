import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodePhoto } from './decode-photo.ts'
import { readHeader } from './header.ts'
import {
  aBomb,
  aGifWithComment,
  anAnimation,
  aPhoto,
  aPicture,
  aPngWithTexts,
  CANARIES,
  type Encoding,
} from './photo.fixture.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'farmgate-photo-'))
})
afterAll(() => rm(dir, { recursive: true }))

async function make(bytes: Buffer | string) {
  const at = (name: string) => path.join(dir, name)
  const [file, original, thumbnail] = Array.from({ length: 3 }, () => at(randomUUID())) as [string, string, string]
  await writeFile(file, bytes)
  const { kind } = await readHeader(file)
  const photo = await decodePhoto({ file, kind, into: { original, thumbnail } }, AbortSignal.timeout(10_000))
  return { photo, original: await readFile(original), thumbnail: await readFile(thumbnail) }
}

/** The names of a PNG's chunks, in order. */
function chunksIn(png: Buffer): string[] {
  const types: string[] = []
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) types.push(png.toString('latin1', at + 4, at + 8))
  return types
}

const refusalOf = (bytes: Buffer | string) =>
  make(bytes).then(
    () => 'taken',
    (error) => (error instanceof Refusal ? error.code : error),
  )

describe('what is kept', () => {
  it.each<[Encoding, string]>([
    ['jpeg', 'image/jpeg'],
    ['png', 'image/png'],
    ['webp', 'image/webp'],
    ['gif', 'image/gif'],
    ['avif', 'image/jpeg'],
  ])('%s in, %s out: upright, with its size, a thumbnail and a placeholder', async (format, content_type) => {
    const { photo, original, thumbnail } = await make(await aPhoto(format, { width: 1200, height: 800 }))
    // GIF has no orientation; a decoder of AVIF has turned it already.
    const isTurned = format !== 'gif'
    const [width, height] = isTurned ? [800, 1200] : [1200, 800]
    expect(photo).toMatchObject({ width, height, content_type, bytes: original.length })
    expect(await sharp(original).metadata()).toMatchObject({ width, height, space: 'srgb' })
    expect(await sharp(thumbnail).metadata()).toMatchObject({
      format: 'webp',
      width: isTurned ? 320 : 480,
      height: isTurned ? 480 : 320,
    })
    expect(photo.placeholder).toMatch(/^data:image\/webp;base64,/)
    const tiny = Buffer.from(photo.placeholder.split(',')[1] ?? '', 'base64')
    expect(tiny.length).toBeLessThanOrEqual(150)
    expect(await sharp(tiny).metadata()).toMatchObject({ format: 'webp', width: isTurned ? 11 : 16 })
  })

  it.each<Encoding>(['jpeg', 'png', 'webp', 'gif', 'avif'])(
    '%s: no EXIF, GPS, XMP, IPTC or profile in the stored bytes',
    async (format) => {
      const given = await aPhoto(format)
      if (format !== 'gif') expect(given.includes(CANARIES[0] ?? '')).toBe(true)
      const { original, thumbnail } = await make(given)
      for (const file of [original, thumbnail]) {
        expect(CANARIES.filter((canary) => file.includes(canary))).toEqual([])
        const { exif, xmp, iptc, icc, orientation, comments } = await sharp(file).metadata()
        expect([exif, xmp, iptc, icc, orientation, comments]).toEqual(Array.from({ length: 6 }))
      }
    },
  )

  it('IPTC and a comment inside a JPEG are gone too', async () => {
    const jpeg = await aPicture().jpeg().toBuffer()
    const segment = (marker: number, text: string) =>
      Buffer.concat([Buffer.from([0xff, marker, 0, text.length + 2]), Buffer.from(text, 'latin1')])
    const iptc = segment(0xed, 'Photoshop 3.0\0 8BIM\x04\x04\0\0\0\0\0\x10\x1c\x02\x78\0\x0bIPTC-CANARY')
    const comment = segment(0xfe, 'COMMENT-CANARY')
    const { original } = await make(Buffer.concat([jpeg.subarray(0, 2), iptc, comment, jpeg.subarray(2)]))
    expect(original.includes('CANARY')).toBe(false)
  })

  it('texts of a PNG and the comment of a GIF are gone too', async () => {
    const png = await make(await aPngWithTexts('TEXT-CANARY'))
    expect(chunksIn(png.original).filter((type) => /text|ztxt|itxt|exif|iccp|time/i.test(type))).toEqual([])
    expect(png.original.includes('CANARY')).toBe(false)
    const gif = await aGifWithComment('COMMENT-CANARY')
    expect((await sharp(gif).metadata()).comments ?? gif.includes('COMMENT-CANARY')).toBeTruthy()
    const { original } = await make(gif)
    expect([original.includes('CANARY'), original.includes(Buffer.from([0x21, 0xfe]))]).toEqual([false, false])
  })

  it.each<Encoding>(['jpeg', 'png', 'webp', 'gif', 'avif'])('%s: what was appended is gone', async (format) => {
    const polyglot = Buffer.concat([await aPhoto(format), Buffer.from('<script>alert(1)</script>PK\x03\x04')])
    const { original } = await make(polyglot)
    expect(original.includes('<script>')).toBe(false)
  })

  it.each<Encoding>(['png', 'webp', 'gif', 'avif'])('%s: what is transparent stays so', async (format) => {
    const clear = {
      create: { width: 40, height: 40, channels: 4 as const, background: { r: 9, g: 9, b: 9, alpha: 0 } },
    }
    const { original } = await make(await sharp(clear).toFormat(format).toBuffer())
    expect((await sharp(original).stats()).isOpaque).toBe(false)
  })

  it.each(['gif', 'webp'] as const)(
    'an animated %s keeps its frames up to 100, and beyond its first',
    async (format) => {
      const { photo, original, thumbnail } = await make(await anAnimation(format, 100))
      expect(photo).toMatchObject({ width: 20, height: 20 })
      expect((await sharp(original).metadata()).pages).toBe(100)
      expect((await sharp(thumbnail).metadata()).pages ?? 1).toBe(1)
      const longer = await make(await anAnimation(format, 101))
      expect((await sharp(longer.original).metadata()).pages ?? 1).toBe(1)
    },
  )

  it('an animation that is turned becomes its first frame, upright', async () => {
    const turned = await sharp(await anAnimation('webp', 3), { animated: true })
      .withMetadata({ orientation: 6 })
      .webp()
      .toBuffer()
    expect(await sharp(turned).metadata()).toMatchObject({ pages: 3, orientation: 6 })
    const { original } = await make(turned)
    const { pages = 1, orientation } = await sharp(original).metadata()
    expect([pages, orientation]).toEqual([1, undefined])
  })

  it('colours of another profile become sRGB', async () => {
    const cmyk = await aPicture().toColourspace('cmyk').jpeg().toBuffer()
    expect(await sharp((await make(cmyk)).original).metadata()).toMatchObject({ space: 'srgb', channels: 3 })
  })

  it('a line of pixels has a thumbnail', async () => {
    const line = await aPicture({ width: 5_000, height: 1 }).png().toBuffer()
    expect(await sharp((await make(line)).thumbnail).metadata()).toMatchObject({ width: 480, height: 1 })
  })
})

describe('what is refused', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
  it.each([
    ['SVG', svg],
    ['SVG behind a prologue', `<?xml version="1.0"?>${svg}`],
    ['HTML', '<!doctype html><script>alert(1)</script>'],
    ['PDF', '%PDF-1.7\n%âãÏÓ'],
    ['BMP', Buffer.from('424d3a0000000000000036000000280000000100000001000000', 'hex')],
    ['a HEIC', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0heicmif1')],
    ['an MP4', Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp41')],
    ['nothing', ''],
    ['text', 'hello'],
  ])('%s: 415 unsupported_image', async (_, bytes) => {
    expect(await refusalOf(bytes)).toBe('unsupported_image')
  })

  it('TIFF: unsupported_image', async () => {
    expect(await refusalOf(await aPicture().tiff().toBuffer())).toBe('unsupported_image')
  })

  it.each<Encoding>(['jpeg', 'png', 'webp', 'gif', 'avif'])('a truncated %s: 400 bad_image', async (format) => {
    const whole = await aPhoto(format)
    expect(await refusalOf(whole.subarray(0, Math.floor(whole.length * 0.6)))).toBe('bad_image')
  })

  it.each(['\xff\xd8\xff', '\x89PNG\r\n\x1a\n', 'GIF89a', 'RIFF\0\0\0\0WEBPVP8 '])(
    'a signature and nothing behind it: 400 bad_image (%j)',
    async (signature) => {
      const bytes = Buffer.concat([Buffer.from(signature, 'latin1'), Buffer.alloc(100, 7)])
      expect(await refusalOf(bytes)).toBe('bad_image')
    },
  )

  it('a header of 16000 × 16000: 413 too_many_pixels, in less than 50 ms', async () => {
    const bomb = await aBomb()
    await refusalOf(bomb)
    const began = performance.now()
    expect(await refusalOf(bomb)).toBe('too_many_pixels')
    expect(performance.now() - began).toBeLessThan(50)
  })
})
