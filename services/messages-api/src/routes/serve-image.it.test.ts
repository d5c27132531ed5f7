import type { UploadedImage } from '@farmgate/contracts/images.ts'
import { v4 as uuid } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aPhoto } from '../images/photo.fixture.ts'
import { uploaded } from '../images/upload.fixture.ts'
import { anOpenRoom, ask, CUSTOMER, type Instance, openRig, type Rig } from '../rig.fixture.ts'

let rig: Rig
let api: Instance
let image: UploadedImage
let bytes: Buffer
beforeAll(async () => {
  rig = await openRig({ instances: 2 })
  ;[api] = rig.instances as [Instance]
  image = await uploaded(api.url, CUSTOMER, anOpenRoom(rig.rooms), await aPhoto('jpeg'))
  bytes = Buffer.from(await (await get(image.url)).arrayBuffer())
})
afterAll(() => rig.close())

const get = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(api.url + url, { headers, method })
const part = async (range: string, headers = {}) => {
  const answer = await get(image.url, { range, ...headers })
  return [answer.status, answer.headers.get('content-range'), Buffer.from(await answer.arrayBuffer())]
}

describe('works', () => {
  it('says what it is, that it is nothing else, and for how long it may be kept', async () => {
    const answer = await get(image.url)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': String(image.bytes),
      'content-disposition': 'inline',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      etag: `"${image.image_id}-original"`,
    })
    const [, age] = /^private, max-age=(\d+), immutable$/.exec(answer.headers.get('cache-control') ?? '') ?? []
    expect(Number(age)).toBeGreaterThan(800)
    expect(Number(age)).toBeLessThanOrEqual(900)
    const thumbnail = await get(image.thumbnail_url)
    expect(thumbnail.headers.get('content-type')).toBe('image/webp')
    expect((await thumbnail.arrayBuffer()).byteLength).toBe(Number(thumbnail.headers.get('content-length')))
  })

  it('a part: 206; several at once, or of another state: the whole', async () => {
    const last = image.bytes - 1
    expect(await part('bytes=0-9')).toEqual([206, `bytes 0-9/${image.bytes}`, bytes.subarray(0, 10)])
    expect(await part('bytes=-5')).toEqual([206, `bytes ${last - 4}-${last}/${image.bytes}`, bytes.subarray(-5)])
    expect(await part('bytes=0-1,3-4')).toEqual([200, null, bytes])
    expect(await part('bytes=0-1', { 'if-range': '"old"' })).toEqual([200, null, bytes])
  })

  it('beyond its end: 416 range_not_satisfiable, and how long it is', async () => {
    const answer = await get(image.url, { range: `bytes=${image.bytes}-` })
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, `bytes */${image.bytes}`])
    expect(await answer.json()).toMatchObject({ code: 'range_not_satisfiable' })
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('what one has already: 304 without a body', async () => {
    const answer = await get(image.url, { 'if-none-match': `"${image.image_id}-original"` })
    expect([answer.status, await answer.text()]).toEqual([304, ''])
    expect(answer.headers.get('etag')).toBe(`"${image.image_id}-original"`)
  })

  it('HEAD says the same and sends nothing', async () => {
    const answer = await get(image.url, {}, 'HEAD')
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, String(image.bytes)])
    expect(await answer.text()).toBe('')
  })

  it('through any instance, with or without a token, with a slash or without', async () => {
    const other = rig.instances[1]
    expect((await fetch(other?.url + image.url)).status).toBe(200)
    expect((await ask(api, null, 'HEAD', image.url)).status).toBe(200)
    expect((await get(image.url.replace('/original?', '/original/?'))).status).toBe(200)
  })
})

describe('refuses', () => {
  it.each<[string, (url: string) => string]>([
    ['no signature', (url) => url.replace(/&sig=.*/, '')],
    ['no query', (url) => url.replace(/\?.*/, '')],
    ['another signature', (url) => url.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    ['a later end', (url) => url.replace(/exp=\d+/, 'exp=9999999999')],
    ['an end that is over', (url) => url.replace(/exp=\d+/, 'exp=1')],
    ['the other variant', (url) => url.replace('/original', '/thumbnail')],
    ['another image', (url) => url.replace(image.image_id, uuid())],
    ['an image that is no UUID', (url) => url.replace(image.image_id, '1')],
    ['a way out', (url) => url.replace(image.image_id, '..%2f..%2fetc')],
    ['two signatures', (url) => `${url}&sig=x`],
  ])('%s: 404 unknown_image', async (_, alter) => {
    const answer = await get(alter(image.url))
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({ code: 'unknown_image' })
  })

  it('one that is gone, though its URL is good: 404', async () => {
    const gone = await uploaded(api.url, CUSTOMER, anOpenRoom(rig.rooms), await aPhoto('png'))
    await rig.admin`update messages.images set state = 'doomed' where image_id = ${gone.image_id}`
    expect((await get(gone.url)).status).toBe(404)
    expect((await get(gone.thumbnail_url)).status).toBe(404)
  })
})
