import { writeFile } from 'node:fs/promises'
import type { UploadedImage } from '@farmgate/contracts/images.ts'
import { type Message, message } from '@farmgate/contracts/messages.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import { until } from '@farmgate/testing/until.ts'
import { v4 as uuid } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { append } from '../append.ts'
import { cardsOf } from '../cards.ts'
import { anOpenRoom, ask, CUSTOMER, FARMER, type Instance, openRig, type Rig } from '../rig.fixture.ts'
import { keepImage } from './keep-image.ts'
import { aPhoto } from './photo.fixture.ts'
import { BUCKET, S3_KEYS, startS3Server } from './s3-server.fixture.ts'
import { openS3Store } from './s3-store.ts'
import { idsIn } from './store.fixture.ts'
import type { ImageStore } from './store.ts'
import { AGES, sweepImages, sweepStrays } from './sweep.ts'
import { upload, uploaded } from './upload.fixture.ts'
import { openWorkspace } from './workspace.ts'

/* From upload to removal, on each kind of store, with two instances. */

let s3: Awaited<ReturnType<typeof startS3Server>>
beforeAll(async () => {
  s3 = await startS3Server()
})
afterAll(() => s3.close())

const inBucket = () =>
  openS3Store({ bucket: BUCKET, prefix: 'p', endpoint: s3.endpoint, region: 'us-east-1', ...S3_KEYS })

const kinds: [string, (() => ImageStore) | undefined][] = [
  ['file:///dir', undefined],
  ['s3://bucket/prefix', inBucket],
]

describe.each(kinds)('%s', (_, openStore) => {
  let rig: Rig
  let api: Instance
  let other: Instance
  let photo: Buffer
  beforeAll(async () => {
    rig = await openRig({ instances: 2, ...(openStore && { openStore }) })
    ;[api, other] = rig.instances as [Instance, Instance]
    photo = await aPhoto('jpeg')
  })
  afterAll(() => rig.close())

  const say = async (user: string, body: object, at = api) => {
    const answer = await ask(at, user, 'POST', '/chat/messages/', body)
    return { status: answer.status, body: answer.body as Message & { code: string } }
  }
  const anImage = (room_id: string, user = CUSTOMER) => uploaded(api.url, user, room_id, photo)
  const stateOf = async (id: string) =>
    (await rig.admin`select state from messages.images where image_id = ${id}`)[0]?.state
  const hasFiles = async (id: string) => {
    const stream = await api.images.store.read(id, 'original')
    stream?.destroy()
    return stream !== undefined
  }
  const statusOf = async (url: string) => (await fetch(api.url + url)).status
  const swept = (at: Instance = api) => ({ db: at.db, store: at.images.store, log: at.log })
  const sweepAll = () => sweepImages(swept(), { ...AGES, storingMs: 0, storedMs: 0 })

  /** Every row has its files, every file its row. */
  async function expectFit() {
    const rows = await rig.admin<{ image_id: string }[]>`select image_id from messages.images order by image_id`
    expect(await idsIn(api.images.store)).toEqual(rows.map((it) => it.image_id))
  }

  describe('attached', () => {
    it('a message shows its images in their order, each with its own URLs, size and placeholder', async () => {
      const room_id = anOpenRoom(rig.rooms)
      const images = [await anImage(room_id), await anImage(room_id)]
      const image_ids = images.map((it) => it.image_id).reverse()
      const sent = await say(CUSTOMER, { room_id, image_ids })
      expect(sent.status).toBe(201)
      const { body, images: shown } = message.parse(sent.body)
      expect([body, shown.map((it) => it.image_id)]).toEqual(['', image_ids])
      for (const image of shown) {
        expect(image).toMatchObject({ width: 400, height: 600 })
        expect(image.placeholder).toMatch(/^data:image\/webp;base64,/)
        expect([await statusOf(image.url), await statusOf(image.thumbnail_url)]).toEqual([200, 200])
      }
      const page = await ask(other, FARMER, 'GET', `/chat/messages/?room_id=${room_id}`)
      expect(page.body).toMatchObject({ results: [{ images: image_ids.map((image_id) => ({ image_id })) }] })
    })

    it('the card says so', async () => {
      const room_id = anOpenRoom(rig.rooms)
      await say(CUSTOMER, { room_id, body: 'Look!', image_ids: [(await anImage(room_id)).image_id] })
      const cards = await api.db.run((sql) => cardsOf(sql, [room_id]))
      expect(cards).toMatchObject([{ last_message: { has_images: true, preview: 'Look!' } }])
    })

    it('the same client_message_id again: 200 and the same message, its images too', async () => {
      const room_id = anOpenRoom(rig.rooms)
      const sent = { room_id, image_ids: [(await anImage(room_id)).image_id], client_message_id: uuid() }
      const first = await say(CUSTOMER, sent)
      const again = await say(CUSTOMER, sent, other)
      expect([first.status, again.status, again.body.message_id]).toEqual([201, 200, first.body.message_id])
      expect(again.body.images).toHaveLength(1)
    })

    it('one that is in another message: 409 image_used, and nothing is stored', async () => {
      const room_id = anOpenRoom(rig.rooms)
      const [used, free] = [await anImage(room_id), await anImage(room_id)]
      await say(CUSTOMER, { room_id, image_ids: [used.image_id] })
      const again = await say(CUSTOMER, { room_id, image_ids: [free.image_id, used.image_id] })
      expect([again.status, again.body.code]).toEqual([409, 'image_used'])
      expect(await stateOf(free.image_id)).toBe('stored')
      expect((await say(CUSTOMER, { room_id, image_ids: [free.image_id] })).body.seq).toBe(2)
    })

    it.each<[string, (room: string) => Promise<UploadedImage>]>([
      ["the other party's", (room) => anImage(room, FARMER)],
      ["another room's", () => anImage(anOpenRoom(rig.rooms))],
    ])('%s image: 404 unknown_image', async (_, make) => {
      const room_id = anOpenRoom(rig.rooms)
      const answer = await say(CUSTOMER, { room_id, image_ids: [(await make(room_id)).image_id] })
      expect([answer.status, answer.body.code]).toEqual([404, 'unknown_image'])
    })

    it('the same image 20 times at once over two instances: one message, no gap', async () => {
      const room_id = anOpenRoom(rig.rooms)
      const { image_id } = await anImage(room_id)
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => say(CUSTOMER, { room_id, image_ids: [image_id] }, i % 2 ? api : other)),
      )
      expect(answers.filter((it) => it.status === 201)).toHaveLength(1)
      expect(answers.filter((it) => it.body.code === 'image_used')).toHaveLength(19)
      expect((await say(CUSTOMER, { room_id, body: 'next' })).body).toMatchObject({ seq: 2, rev: 2 })
    })

    it('a batch that mixes both keeps the order of each room, and a refusal is its own', async () => {
      const [room_id, plain] = [anOpenRoom(rig.rooms), anOpenRoom(rig.rooms)]
      const image = await anImage(room_id)
      const send = (room_id: string, body: string, image_ids: string[] = []) => ({
        room_id,
        body,
        image_ids,
        sender_id: CUSTOMER,
        client_message_id: uuid(),
      })
      const answers = await append(
        api,
        [
          send(room_id, 'one'),
          send(plain, 'aside'),
          send(room_id, 'two', [image.image_id]),
          send(room_id, 'not', [uuid()]),
          send(room_id, 'three'),
        ],
        '',
      )
      expect(
        answers.map((it) => (it.outcome === 'refused' ? it.refusal.message : `${it.row.seq} ${it.row.body}`)),
      ).toEqual(['1 one', '1 aside', '2 two', expect.stringContaining('no such image'), '3 three'])
    })
  })

  describe('removed', () => {
    it('with its message: 404 at once, then no file and no row', async () => {
      const room_id = anOpenRoom(rig.rooms)
      const image = await anImage(room_id)
      const { message_id } = (await say(CUSTOMER, { room_id, image_ids: [image.image_id] })).body
      expect((await ask(api, CUSTOMER, 'DELETE', `/chat/messages/${message_id}/`)).status).toBe(204)
      expect([await statusOf(image.url), await statusOf(image.thumbnail_url)]).toEqual([404, 404])
      await until(async () => (await stateOf(image.image_id)) === undefined)
      expect(await hasFiles(image.image_id)).toBe(false)
      const again = await say(CUSTOMER, { room_id, image_ids: [image.image_id] })
      expect(again.body.code).toBe('unknown_image')
    })

    it('again and again until the store lets it', async () => {
      const room_id = anOpenRoom(rig.rooms)
      const image = await anImage(room_id)
      await rig.admin`update messages.images set state = 'doomed' where image_id = ${image.image_id}`
      const away = new Error('away')
      const refuse = () => Promise.reject(away)
      const gone = { ...swept(), store: { ...api.images.store, remove: refuse, check: refuse } }
      await expect(sweepImages(gone)).rejects.toThrow(away)
      expect(await stateOf(image.image_id)).toBe('doomed')
      await Promise.all([sweepImages(swept()), sweepImages(swept(other))])
      expect(await stateOf(image.image_id)).toBeUndefined()
      expect(await hasFiles(image.image_id)).toBe(false)
    })

    it('one that the store never lets go of keeps no other from going', async () => {
      const room_id = anOpenRoom(rig.rooms)
      const [stuck, image] = [await anImage(room_id), await anImage(room_id)].sort((a, b) =>
        a.image_id < b.image_id ? -1 : 1,
      ) as [UploadedImage, UploadedImage]
      const stray = (await anImage(room_id)).image_id
      await rig.admin`delete from messages.images where image_id = ${stray}`
      const { store } = api.images
      const remove = (id: string) =>
        id === stuck.image_id ? Promise.reject(new Error('not permitted')) : store.remove(id)
      const stubborn = { ...swept(), store: { ...store, remove } }
      await rig.admin`
        update messages.images set state = 'doomed' where image_id in (${stuck.image_id}, ${image.image_id})`
      await sweepImages(stubborn)
      expect([await stateOf(stuck.image_id), await stateOf(image.image_id)]).toEqual(['doomed', undefined])
      await rig.admin`delete from messages.images where image_id = ${stuck.image_id}`
      await sweepStrays(stubborn, { ...AGES, strayMs: 0 })
      expect([await hasFiles(stuck.image_id), await hasFiles(stray)]).toEqual([true, false])
      await sweepStrays(swept(), { ...AGES, strayMs: 0 })
      await expectFit()
    })

    it('after a day without a message; not before, and never one that is in a message', async () => {
      const room_id = anOpenRoom(rig.rooms)
      const [old, young, attached] = [await anImage(room_id), await anImage(room_id), await anImage(room_id)]
      await say(CUSTOMER, { room_id, image_ids: [attached.image_id] })
      await rig.admin`
        update messages.images set created_at = now() - interval '25 hours'
        where image_id in (${old.image_id}, ${attached.image_id})`
      await rig.admin`
        update messages.images set created_at = now() - interval '23 hours' where image_id = ${young.image_id}`
      await sweepImages(swept())
      expect(await Promise.all([old, young, attached].map((it) => hasFiles(it.image_id)))).toEqual([false, true, true])
      expect(await stateOf(old.image_id)).toBeUndefined()
    })

    it('a row whose files never came, and files without a row', async () => {
      const room_id = anOpenRoom(rig.rooms)
      const { image_id } = await anImage(room_id)
      await rig.admin`update messages.images set state = 'storing' where image_id = ${image_id}`
      await rig.admin`delete from messages.images where image_id = ${(await anImage(room_id)).image_id}`
      await sweepAll()
      expect(await stateOf(image_id)).toBeUndefined()
      await sweepStrays(swept())
      await expect(expectFit()).rejects.toThrow()
      expect(await sweepStrays(swept(), { ...AGES, strayMs: 0 })).toBe('')
      await expectFit()
    })

    it('a store that is too slow: refused in time, and not kept when it comes at last', async () => {
      const room_id = anOpenRoom(rig.rooms)
      const { store } = api.images
      const late = Promise.withResolvers<void>()
      const slow: ImageStore = {
        ...store,
        async put(id, variant, file, type, signal) {
          signal?.addEventListener('abort', () => late.resolve())
          await late.promise
          return store.put(id, variant, file, type)
        },
      }
      const workspace = await openWorkspace(api.log)
      await writeFile(workspace.upload, photo)
      const by = { room_id, uploader_id: CUSTOMER }
      const kept = keepImage({ ...api, images: { ...api.images, store: slow } }, workspace, by, 3_000)
      expect(isDependencyAway(await kept.catch((error: unknown) => error))).toBe(true)
      await workspace.close()
      const states = await rig.admin`select distinct state from messages.images where room_id = ${room_id}`
      expect(states.filter(({ state }) => state !== 'doomed')).toEqual([])
      await sweepAll()
      await expectFit()
    })

    it('one that is being attached when its day is over is kept, and nobody waits in a circle', async () => {
      const room_id = anOpenRoom(rig.rooms)
      const ids = [await anImage(room_id), await anImage(room_id)].map((it) => it.image_id).sort()
      await rig.admin`
        update messages.images set created_at = now() - interval '25 hours' where room_id = ${room_id}`
      const held = await rig.admin.reserve()
      await held`begin`
      await held`select from messages.images where image_id = ${ids[1] ?? ''} for update`
      const sent = say(CUSTOMER, { room_id, image_ids: [...ids].reverse() })
      const isLocked = async () =>
        (await rig.admin`select from messages.images where image_id = ${ids[0] ?? ''} for update skip locked`)
          .length === 0
      await until(isLocked)
      await sweepImages(swept())
      await held`commit`
      held.release()
      expect((await sent).status).toBe(201)
      expect(await Promise.all(ids.map(stateOf))).toEqual(['attached', 'attached'])
    })

    it('a store that fails in the middle of an upload: 503, and nothing is left', async () => {
      const put = api.images.store.put
      api.images.store.put = async (id, variant, file, type) => {
        if (variant === 'thumbnail') throw Object.assign(new Error('full'), { code: '53100' })
        return put(id, variant, file, type)
      }
      const answer = await upload(api.url, CUSTOMER, anOpenRoom(rig.rooms), photo)
      api.images.store.put = put
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
      await sweepAll()
      await expectFit()
    })
  })
})
