import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import type { Problem } from '@farmgate/contracts/errors.ts'
import type { UploadedImage } from '@farmgate/contracts/images.ts'
import type { Message } from '@farmgate/contracts/messages.ts'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { type Market, openMarket } from '@farmgate/test/e2e/market.ts'
import { token } from '@farmgate/testing/tokens.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'

// What is no photo, or not the sender's, against the running product.

const PHOTO = path.resolve(import.meta.dirname, '../../../demo/photos/crate.jpg')

let stack: Stack
let market: Market
let room_id: string
let photo: Buffer
beforeAll(async () => {
  stack = await startStack()
  market = openMarket(stack)
  photo = await readFile(PHOTO)
  await market.offer('bo', 'tomatoes')
  room_id = (await market.checkOut('ada', 'bo', 'tomatoes')).body.room_id
})
afterAll(() => stack.close())

async function upload<T>(user: string, file: Uint8Array | string, name = 'photo.png') {
  const form = new FormData()
  form.append('room_id', room_id)
  form.append('file', new Blob([typeof file === 'string' ? file : new Uint8Array(file)], { type: 'image/png' }), name)
  const headers = { authorization: `Bearer ${token(user)}` }
  const answer = await fetch(`${stack.url}/chat/images/`, { method: 'POST', headers, body: form })
  return { status: answer.status, body: (await answer.json()) as T }
}

const say = <T>(user: string, image_ids: string[]) =>
  market.ask<T>(user, 'POST', '/chat/messages/', { room_id, body: '', image_ids })

it.each([
  ['SVG named .png', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 415],
  ['HTML named .png', '<!doctype html><script>alert(1)</script>', 415],
  ['a header of 16000 × 16000', pngHeader(16_000, 16_000), 413],
])('%s', async (_, file, status) => {
  expect(await upload('ada', file)).toMatchObject({ status })
})

it('truncated: 400', async () => {
  expect(await upload<Problem>('ada', photo.subarray(0, photo.length / 2))).toMatchObject({ status: 400 })
})

it('what was appended is stripped', async () => {
  const { body } = await upload<UploadedImage>('ada', Buffer.concat([photo, Buffer.from('<script>alert(1)</script>')]))
  const stored = Buffer.from(await (await fetch(new URL(body.url, stack.url))).arrayBuffer())
  expect(stored.length).toBeGreaterThan(1_000)
  expect(stored.includes('<script>')).toBe(false)
})

it('another’s image: 404; one that is in a message: 409', async () => {
  const { image_id } = (await upload<UploadedImage>('ada', photo)).body
  expect(await say<Problem>('bo', [image_id])).toMatchObject({ status: 404, body: { code: 'unknown_image' } })
  expect(await say<Message>('ada', [image_id])).toMatchObject({ status: 201 })
  expect(await say<Problem>('ada', [image_id])).toMatchObject({ status: 409, body: { code: 'image_used' } })
})

/** A PNG that claims a size, and has a row of pixels at most. */
function pngHeader(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const named = Buffer.concat([Buffer.from(type), data])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    sum.writeUInt32BE(crc32(named))
    return Buffer.concat([length, named, sum])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(10))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
