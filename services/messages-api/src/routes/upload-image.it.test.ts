import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { uploadedImage } from '@farmgate/contracts/images.ts'
import { serviceToken, token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import sharp from 'sharp'
import { v4 as uuid } from 'uuid'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { DAILY_BYTES, DAILY_IMAGES } from '../images/image-statements.ts'
import { aBomb, aPhoto, CANARIES } from '../images/photo.fixture.ts'
import { idsIn } from '../images/store.fixture.ts'
import { aForm, type Part, postForm, upload, uploaded } from '../images/upload.fixture.ts'
import { anOpenRoom, CUSTOMER, FARMER, type Instance, openRig, type Rig } from '../rig.fixture.ts'

let rig: Rig
let api: Instance
let photo: Buffer
beforeAll(async () => {
  rig = await openRig()
  ;[api] = rig.instances as [Instance]
  photo = await aPhoto('jpeg')
})
afterAll(() => rig.close())

/** A client that goes away when it has sent that part of its form. */
async function leaveAt(part: number, room_id: string) {
  const form: Part[] = [
    ['room_id', room_id],
    ['file', photo],
  ]
  const request = new Request(api.url, { method: 'POST', body: aForm(form) })
  const body = Buffer.from(await request.arrayBuffer())
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1')
  socket.write(
    `POST /chat/images/ HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token(CUSTOMER)}\r\n` +
      `content-type: ${request.headers.get('content-type')}\r\ncontent-length: ${body.length}\r\n\r\n`,
  )
  socket.write(body.subarray(0, Math.ceil(body.length * part)))
  await wait(200)
  socket.destroy()
}

const codeOf = async (answer: Response) => {
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  const { status, code } = (await answer.json()) as { status: number; code: string }
  expect(answer.status).toBe(status)
  return `${code} ${status}`
}

describe('works', () => {
  it('201, and what both URLs give is the photo without its secrets', async () => {
    const room_id = anOpenRoom(rig.rooms)
    const answer = await upload(api.url, CUSTOMER, room_id, photo)
    expect(answer.status).toBe(201)
    const image = uploadedImage.parse(await answer.json())
    expect(image).toMatchObject({ width: 400, height: 600, content_type: 'image/jpeg' })
    const original = Buffer.from(await (await fetch(api.url + image.url)).arrayBuffer())
    expect(original.length).toBe(image.bytes)
    expect(CANARIES.filter((canary) => original.includes(canary))).toEqual([])
    const thumbnail = Buffer.from(await (await fetch(api.url + image.thumbnail_url)).arrayBuffer())
    expect(await sharp(thumbnail).metadata()).toMatchObject({ format: 'webp', width: 320, height: 480 })
  })

  it('by content: a JPEG is one under any name and type', async () => {
    const answer = await upload(api.url, FARMER, anOpenRoom(rig.rooms), photo, '../../etc/passwd\0.svg')
    expect([answer.status, await answer.json()]).toMatchObject([201, { content_type: 'image/jpeg' }])
  })

  it('a slow upload is waited for', async () => {
    const { port } = new URL(api.url)
    const room_id = anOpenRoom(rig.rooms)
    const request = new Request(api.url, {
      method: 'POST',
      body: aForm([
        ['room_id', room_id],
        ['file', photo],
      ]),
    })
    const body = Buffer.from(await request.arrayBuffer())
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(
      `POST /chat/images/ HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token(CUSTOMER)}\r\nconnection: close\r\n` +
        `content-type: ${request.headers.get('content-type')}\r\ncontent-length: ${body.length}\r\n\r\n`,
    )
    const step = Math.ceil(body.length / 20)
    for (let at = 0; at < body.length; at += step) {
      socket.write(body.subarray(at, at + step))
      await wait(50)
    }
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toContain('HTTP/1.1 201')
    socket.destroy()
  })

  it('leaves nothing in the temporary folder, taken, refused or broken off', async () => {
    const temporary = await mkdtemp(path.join(tmpdir(), 'farmgate-temporary-'))
    vi.stubEnv('TMPDIR', temporary)
    const room_id = anOpenRoom(rig.rooms)
    expect((await upload(api.url, CUSTOMER, room_id, photo)).status).toBe(201)
    expect((await upload(api.url, CUSTOMER, room_id, photo.subarray(0, 500))).status).toBe(400)
    await until(async () => (await readdir(temporary)).length === 0)
    for (const part of [0.5, 0.02]) await leaveAt(part, room_id)
    await until(async () => (await readdir(temporary)).length === 0)
    vi.unstubAllEnvs()
    await rm(temporary, { recursive: true })
  })
})

describe('refuses', () => {
  const file: Part = ['file', randomBytes(100)]
  it.each<[string, (room: string) => Part[]]>([
    ['nothing', () => []],
    ['no file', (room) => [['room_id', room]]],
    ['no room', () => [file]],
    ['the file before the room', (room) => [file, ['room_id', room]]],
    ['a room that is no UUID', () => [['room_id', '1'], file]],
    ['another field', (room) => [['room_id', room], ['caption', 'x'], file]],
    [
      'a field after the file',
      (room) => [
        ['room_id', room],
        ['file', photo],
        ['caption', 'x'],
      ],
    ],
    [
      'a second file',
      (room) => [
        ['room_id', room],
        ['file', photo],
        ['file', photo],
      ],
    ],
    [
      'a file of another name',
      (room) => [
        ['room_id', room],
        ['photo', photo],
      ],
    ],
    [
      'a file as text',
      (room) => [
        ['room_id', room],
        ['file', 'text'],
      ],
    ],
    ['__proto__', (room) => [['__proto__', room], file]],
  ])('%s: 400 invalid_body', async (_, parts) => {
    const answer = await postForm(api.url, CUSTOMER, aForm(parts(anOpenRoom(rig.rooms))))
    expect(await codeOf(answer)).toBe('invalid_body 400')
  })

  it.each([
    ['multipart/form-data', 'x'],
    ['multipart/form-data; boundary=x', ''],
    ['multipart/form-data; boundary=x', '--x\r\ncontent-disposition: form-data; name="room_id"\r\n\r\nbroken off'],
  ])('a body that is none (%s, %j): 400 invalid_body', async (type, body) => {
    const headers = { authorization: `Bearer ${token(CUSTOMER)}`, 'content-type': type }
    const answer = await fetch(`${api.url}/chat/images/`, { method: 'POST', headers, body })
    expect(await codeOf(answer)).toBe('invalid_body 400')
  })

  it('JSON: 415; a form at any other operation: 415', async () => {
    const headers = { authorization: `Bearer ${token(CUSTOMER)}`, 'content-type': 'application/json' }
    const json = await fetch(`${api.url}/chat/images/`, { method: 'POST', headers, body: '{}' })
    expect(json.status).toBe(415)
    const form = { method: 'POST', headers: { authorization: headers.authorization }, body: aForm([]) }
    expect((await fetch(`${api.url}/chat/messages/`, form)).status).toBe(415)
  })

  it.each([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['HTML', `<!doctype html>${' '.repeat(100)}<script>alert(1)</script>`],
    ['PDF', '%PDF-1.7'],
    ['nothing', ''],
  ])('%s named photo.png: 415 unsupported_image', async (_, text) => {
    const answer = await upload(api.url, CUSTOMER, anOpenRoom(rig.rooms), Buffer.from(text), 'photo.png')
    expect(await codeOf(answer)).toBe('unsupported_image 415')
  })

  it('truncated: 400 bad_image', async () => {
    const answer = await upload(api.url, CUSTOMER, anOpenRoom(rig.rooms), photo.subarray(0, photo.length / 2))
    expect(await codeOf(answer)).toBe('bad_image 400')
  })

  it('a header of 16000 × 16000: 413 too_many_pixels', async () => {
    const answer = await upload(api.url, CUSTOMER, anOpenRoom(rig.rooms), await aBomb())
    expect(await codeOf(answer)).toBe('too_many_pixels 413')
  })

  it('more than 10 MiB: 413 image_too_large, also of a length that is not told, while it is being sent', async () => {
    const room_id = anOpenRoom(rig.rooms)
    const large = Buffer.concat([photo, randomBytes(11 * 1024 * 1024)])
    expect(await codeOf(await upload(api.url, CUSTOMER, room_id, large))).toBe('image_too_large 413')
    const just = Buffer.concat([photo, randomBytes(10 * 1024 * 1024 - photo.length)])
    expect((await upload(api.url, CUSTOMER, room_id, just)).status).toBe(201)
    const over = Buffer.concat([just, Buffer.alloc(1)])
    expect(await codeOf(await upload(api.url, CUSTOMER, room_id, over))).toBe('image_too_large 413')
    const form = new Request(api.url, {
      method: 'POST',
      body: aForm([
        ['room_id', room_id],
        ['file', large],
      ]),
    })
    const endless = await fetch(`${api.url}/chat/images/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token(CUSTOMER)}`, 'content-type': form.headers.get('content-type') ?? '' },
      body: form.body,
      duplex: 'half',
    } as RequestInit)
    expect(await codeOf(endless)).toBe('image_too_large 413')
  })

  it('more than a day allows: 429 image_quota until the next day; another day is another', async () => {
    const room_id = anOpenRoom(rig.rooms)
    const day = new Date().toISOString().slice(0, 10)
    const use = (images: number, bytes: number) => rig.admin`
      insert into messages.uploads (user_id, day, images, bytes) values (${FARMER}, ${day}, ${images}, ${bytes})
      on conflict (user_id, day) do update set images = excluded.images, bytes = excluded.bytes`
    await use(DAILY_IMAGES - 1, 0)
    const answers = await Promise.all(Array.from({ length: 5 }, () => upload(api.url, FARMER, room_id, photo)))
    expect(answers.filter((it) => it.status === 201)).toHaveLength(1)
    const refused = answers.filter((it) => it.status === 429)
    expect(refused).toHaveLength(4)
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeLessThanOrEqual(86_400)
    expect(await codeOf(refused[0] as Response)).toBe('image_quota 429')
    await use(0, DAILY_BYTES - 1)
    expect(await codeOf(await upload(api.url, FARMER, room_id, photo))).toBe('image_quota 429')
    await rig.admin`update messages.uploads set day = day - 1 where user_id = ${FARMER}`
    expect((await upload(api.url, FARMER, room_id, photo)).status).toBe(201)
  })

  it('a picture that breaks its decoder counts, one that is told from its header does not', async () => {
    const room_id = anOpenRoom(rig.rooms)
    const used = async () =>
      (await rig.admin`select images, bytes from messages.uploads where user_id = ${CUSTOMER}`)[0] ?? { images: 0 }
    const { images } = await used()
    expect((await upload(api.url, CUSTOMER, room_id, photo.subarray(0, photo.length / 2))).status).toBe(400)
    expect((await upload(api.url, CUSTOMER, room_id, await aBomb())).status).toBe(413)
    expect((await used()).images).toBe(images + 1)
  })

  it('leaves no row and no file of what was refused', async () => {
    const rows = await rig.admin<{ image_id: string }[]>`select image_id from messages.images order by image_id`
    expect(await idsIn(api.images.store)).toEqual(rows.map((it) => it.image_id))
  })
})

describe('who may', () => {
  it('no token: 401', async () => {
    expect((await upload(api.url, null, uuid(), photo)).status).toBe(401)
  })

  it('a stranger, in a room that is there or not: the same 404, before the file is read', async () => {
    const there = await upload(api.url, 'mallory', anOpenRoom(rig.rooms), Buffer.from('no image'))
    const nowhere = await upload(api.url, 'mallory', uuid(), Buffer.from('no image'))
    expect(await codeOf(there)).toBe('unknown_room 404')
    expect(await codeOf(nowhere)).toBe('unknown_room 404')
  })

  it("the marketplace's backend: 403", async () => {
    expect(await codeOf(await upload(api.url, serviceToken(), anOpenRoom(rig.rooms), photo))).toBe('forbidden 403')
  })
})

describe('many at once', () => {
  it('each is 201 or 503 with Retry-After', async () => {
    const room_id = anOpenRoom(rig.rooms)
    const answers = await Promise.all(Array.from({ length: 40 }, () => upload(api.url, 'ada', room_id, photo)))
    for (const answer of answers) expect(answer.status).toBeOneOf([201, 503])
    const refused = answers.find((answer) => answer.status === 503)
    if (refused) expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(api.images.decoding.waiting).toBe(0)
  })
})

it('of one day: uploads are told apart by room and uploader', async () => {
  const image = await uploaded(api.url, CUSTOMER, anOpenRoom(rig.rooms), photo)
  const [row] = await rig.admin`select * from messages.images where image_id = ${image.image_id}`
  expect(row).toMatchObject({ uploader_id: CUSTOMER, state: 'stored', message_id: null })
})
