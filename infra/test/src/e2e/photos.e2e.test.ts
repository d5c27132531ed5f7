import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type UploadedImage, uploadedImage } from '@farmgate/contracts/images.ts'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { token } from '@farmgate/testing/tokens.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { InboxClient } from './inbox-client.ts'
import { type Market, openMarket } from './market.ts'
import { RoomClient } from './room-client.ts'

// Photos over the one origin, with two of each service: the position in them never arrives.

const PHOTO = path.resolve(import.meta.dirname, '../../../demo/photos/crate.jpg')
/** 52° 31′, as EXIF writes it. */
const POSITION = '4\0\0\0\x01\0\0\0\x1f\0\0\0\x01\0\0\0'

let stack: Stack
let market: Market
let photo: Buffer<ArrayBuffer>
beforeAll(async () => {
  stack = await startStack({ instances: { 'rooms-api': 2, 'messages-api': 2, 'ws-gateway': 2 } })
  market = openMarket(stack)
  await market.offer('bo', 'tomatoes')
  photo = await readFile(PHOTO)
})
afterAll(() => stack.close())

function post(user: string, room_id: string, file: Buffer<ArrayBuffer>) {
  const form = new FormData()
  form.append('room_id', room_id)
  form.append('file', new Blob([file]))
  const headers = { authorization: `Bearer ${token(user)}` }
  return fetch(`${stack.url}/chat/images/`, { method: 'POST', headers, body: form })
}
const upload = async (user: string, room_id: string): Promise<UploadedImage> =>
  uploadedImage.parse(await (await post(user, room_id, photo)).json())
const get = (url: string) => fetch(stack.url + url)

it('two photos in one message reach the other party, without their position; deleted, they are gone', async () => {
  expect(photo.includes(POSITION)).toBe(true)
  const { room_id } = (await market.checkOut('ada', 'bo', 'tomatoes')).body
  const farmer = new RoomClient(stack.wsUrl, room_id, 'bo')
  const customer = new RoomClient(stack.wsUrl, room_id, 'ada')
  const inbox = new InboxClient(stack.wsUrl, 'bo')
  await Promise.all([farmer.next('welcome'), customer.next('welcome'), inbox.next('welcome')])

  const images = [await upload('ada', room_id), await upload('ada', room_id)]
  const image_ids = images.map((image) => image.image_id)
  customer.say({ type: 'message.send', client_message_id: 'photos', body: '', image_ids })
  const { message } = await farmer.next('message.created', (frame) => frame.message.client_message_id === 'photos')
  expect(message.images.map((image) => image.image_id)).toEqual(image_ids)
  for (const { url, thumbnail_url, placeholder } of message.images) {
    const original = await get(url)
    expect([original.status, original.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    expect(original.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    expect(Buffer.from(await original.arrayBuffer()).includes(POSITION)).toBe(false)
    expect((await get(thumbnail_url)).headers.get('content-type')).toBe('image/webp')
    expect(placeholder).toMatch(/^data:image\/webp;base64,/)
  }
  await inbox.next('room.updated', ({ room }) => room.room_id === room_id && room.last_message?.has_images === true)

  customer.say({ type: 'message.send', client_message_id: 'again', body: 'again', image_ids })
  expect(await customer.next('error', (frame) => frame.client_message_id === 'again')).toMatchObject({
    code: 'image_used',
  })

  customer.say({ type: 'message.delete', message_id: message.message_id })
  const gone = await farmer.next('message.deleted', (frame) => frame.message.message_id === message.message_id)
  expect(gone.message.images).toEqual([])
  for (const { url, thumbnail_url } of [...images, ...message.images]) {
    expect([(await get(url)).status, (await get(thumbnail_url)).status]).toEqual([404, 404])
  }
  expect([...farmer.breaches, ...customer.breaches]).toEqual([])
  await Promise.all([farmer.close(), customer.close(), inbox.close()])
})

it('a refusal passes the one origin while the body is still on its way', async () => {
  const { room_id } = (await market.checkOut('amy', 'bo', 'tomatoes')).body
  const large = await post('amy', room_id, Buffer.concat([photo, Buffer.alloc(20 * 1024 * 1024)]))
  expect([large.status, await large.json()]).toMatchObject([413, { code: 'image_too_large' }])
  const stranger = await post('mallory', room_id, Buffer.concat([photo, Buffer.alloc(9 * 1024 * 1024)]))
  expect([stranger.status, await stranger.json()]).toMatchObject([404, { code: 'unknown_room' }])
})

it('an upload that takes longer than any other request may is waited for', async () => {
  const { room_id } = (await market.checkOut('amy', 'bo', 'tomatoes')).body
  const form = new FormData()
  form.append('room_id', room_id)
  form.append('file', new Blob([photo]))
  const whole = new Request(stack.url, { method: 'POST', body: form })
  const bytes = await whole.bytes()
  const slowly = async function* () {
    const step = Math.ceil(bytes.length / 24)
    for (let at = 0; at < bytes.length; at += step) {
      yield bytes.subarray(at, at + step)
      await wait(500)
    }
  }
  const headers = {
    authorization: `Bearer ${token('amy')}`,
    'content-type': whole.headers.get('content-type') ?? '',
  }
  const body = ReadableStream.from(slowly())
  const answer = await fetch(`${stack.url}/chat/images/`, { method: 'POST', headers, body, duplex: 'half' })
  expect(answer.status).toBe(201)
})

it('the documents say so, and readiness names the store', async () => {
  const ask = async (path: string) => (await fetch(stack.urls['messages-api'] + path)).json()
  const multipart = { requestBody: { content: { 'multipart/form-data': expect.anything() } } }
  expect(await ask('/openapi.json')).toMatchObject({
    paths: { '/chat/images/': { post: multipart }, '/chat/images/{image_id}/{variant}/': { get: { security: [] } } },
  })
  expect(await ask('/readyz')).toMatchObject({ dependencies: { images: 'up' } })
})
