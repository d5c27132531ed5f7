import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import { freePort } from '@farmgate/testing/ports.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openFileStore } from './file-store.ts'
import { BUCKET, S3_KEYS, startS3Server } from './s3-server.fixture.ts'
import { openS3Store } from './s3-store.ts'
import { idsIn } from './store.fixture.ts'
import type { ImageStore, Range, Variant } from './store.ts'

/* One suite for every kind of store. */

let dir: string
let s3: Awaited<ReturnType<typeof startS3Server>>
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'farmgate-store-'))
  s3 = await startS3Server()
})
afterAll(async () => {
  await s3.close()
  await rm(dir, { recursive: true })
})

const s3Store = (prefix: string, endpoint = s3.endpoint) =>
  openS3Store({ bucket: BUCKET, prefix, endpoint, region: 'us-east-1', ...S3_KEYS })

async function aFile(bytes: Buffer): Promise<string> {
  const file = path.join(dir, randomUUID())
  await writeFile(file, bytes)
  return file
}

const stores: [string, () => ImageStore][] = [
  ['file:///dir', () => openFileStore(path.join(dir, `store-${randomUUID()}`))],
  ['s3://bucket/prefix', () => s3Store(`pre fix&/${randomUUID()}`)],
]

describe.each(stores)('%s', (_, open) => {
  const readBytes = async (store: ImageStore, id: string, variant: Variant, range?: Range) => {
    const stream = await store.read(id, variant, range)
    return stream && buffer(stream)
  }
  const put = async (store: ImageStore, id: string, variant: Variant, bytes: Buffer) =>
    store.put(id, variant, await aFile(bytes), 'image/webp')

  it('gives back what was put, whole or in part', async () => {
    const store = open()
    const [id, bytes] = [randomUUID(), randomBytes(300_000)]
    await put(store, id, 'original', bytes)
    expect(await readBytes(store, id, 'original')).toEqual(bytes)
    expect(await readBytes(store, id, 'original', { from: 10, to: 19 })).toEqual(bytes.subarray(10, 20))
    expect(await readBytes(store, id, 'original', { from: 299_990, to: 299_999 })).toEqual(bytes.subarray(-10))
  })

  it('knows nothing of what was not put', async () => {
    const store = open()
    const id = randomUUID()
    expect(await store.read(id, 'original')).toBeUndefined()
    await put(store, id, 'original', randomBytes(10))
    expect(await store.read(id, 'thumbnail')).toBeUndefined()
  })

  it('takes 10 MiB, and the same again in its place', async () => {
    const store = open()
    const [id, bytes] = [randomUUID(), randomBytes(10 * 1024 * 1024)]
    await put(store, id, 'original', randomBytes(5))
    await put(store, id, 'original', bytes)
    const back = await readBytes(store, id, 'original')
    expect(
      createHash('sha1')
        .update(back ?? '')
        .digest('hex'),
    ).toBe(createHash('sha1').update(bytes).digest('hex'))
  })

  it('removes all files of an image, and is content where there are none', async () => {
    const store = open()
    const [id, other] = [randomUUID(), randomUUID()]
    for (const variant of ['original', 'thumbnail'] as const) await put(store, id, variant, randomBytes(10))
    await put(store, other, 'original', randomBytes(10))
    await store.remove(id)
    await store.remove(id)
    expect(await store.read(id, 'original')).toBeUndefined()
    expect(await store.read(id, 'thumbnail')).toBeUndefined()
    expect(await idsIn(store)).toEqual([other])
  })

  it('lists images by id, each once, from any of them on', async () => {
    const store = open()
    expect(await idsIn(store)).toEqual([])
    const ids = Array.from({ length: 5 }, () => randomUUID()).sort()
    for (const id of ids) {
      await put(store, id, 'original', randomBytes(10))
      await put(store, id, 'thumbnail', randomBytes(10))
    }
    expect(await idsIn(store)).toEqual(ids)
    expect(await idsIn(store, ids[1])).toEqual(ids.slice(2))
    for await (const { at } of store.list('')) expect(Math.abs(Date.now() - at.getTime())).toBeLessThan(60_000)
  })

  it('can be used', async () => {
    const store = open()
    await store.check()
    await store.close()
  })
})

describe('file:///dir', () => {
  it('leaves what others keep in the folder alone', async () => {
    const place = path.join(dir, randomUUID())
    await mkdir(path.join(place, 'lost+found'), { recursive: true })
    expect(await idsIn(openFileStore(place))).toEqual([])
  })

  it('lists 20,000 images in time that grows with them', async () => {
    const place = path.join(dir, randomUUID())
    const ids = Array.from({ length: 20_000 }, () => randomUUID()).sort()
    for (const id of ids) await mkdir(path.join(place, id), { recursive: true })
    const store = openFileStore(place)
    const took = async (after: string) => {
      const began = performance.now()
      await idsIn(store, after)
      return performance.now() - began
    }
    expect(await idsIn(store)).toEqual(ids)
    const [tenth, all] = [await took(ids[17_999] ?? ''), await took('')]
    // Read anew for each page, the whole would take a hundred times as long as its last tenth.
    expect(all).toBeLessThan(tenth * 40)
  })

  it('a put that fails leaves no part of a file, and is a dependency that is away', async () => {
    const place = path.join(dir, randomUUID())
    const [store, id] = [openFileStore(place), randomUUID()]
    const failed = await store.put(id, 'original', path.join(dir, 'nowhere'), 'image/webp').catch((error) => error)
    expect(isDependencyAway(failed)).toBe(true)
    expect(await readdir(path.join(place, id))).toEqual([])
  })
})

describe('s3://bucket/prefix', () => {
  it('a server that does not answer, or has no such bucket, is a dependency that is away', async () => {
    const away = s3Store('x', `http://127.0.0.1:${await freePort()}`)
    expect(isDependencyAway(await away.check().catch((error) => error))).toBe(true)
    const none = openS3Store({ ...S3_KEYS, bucket: 'none', prefix: '', endpoint: s3.endpoint, region: 'us-east-1' })
    expect(isDependencyAway(await none.check().catch((error) => error))).toBe(true)
  })
})
