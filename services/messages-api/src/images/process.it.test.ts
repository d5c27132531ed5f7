import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { UploadedImage } from '@farmgate/contracts/images.ts'
import type { Message } from '@farmgate/contracts/messages.ts'
import { freePort } from '@farmgate/testing/ports.ts'
import { TEST_INTERNAL_TOKEN, TEST_SECRET } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anOpenRoom, ask, CUSTOMER, type Instance, openRig, type Rig } from '../rig.fixture.ts'
import { openFileStore } from './file-store.ts'
import { aPhoto, aPicture } from './photo.fixture.ts'
import { idsIn } from './store.fixture.ts'
import { VARIANTS } from './store.ts'
import { AGES, sweepImages, sweepStrays } from './sweep.ts'
import { upload } from './upload.fixture.ts'

/* The process as it is started in production, with a folder of images: killed, and loaded. */

let rig: Rig
let api: Instance
let dir: string
beforeAll(async () => {
  rig = await openRig()
  ;[api] = rig.instances as [Instance]
  dir = await mkdtemp(path.join(tmpdir(), 'farmgate-process-'))
})
afterAll(async () => {
  await rig.close()
  await rm(dir, { recursive: true })
})

type Running = { url: string; process: ChildProcess; kill(): Promise<void> }

async function start(): Promise<Running> {
  const port = await freePort()
  const child = spawn(process.execPath, [path.join(import.meta.dirname, '../main.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      TMPDIR: dir,
      NODE_ENV: 'test',
      LOG_LEVEL: 'silent',
      RATE_LIMITS: 'off',
      JWT_SECRET: TEST_SECRET,
      INTERNAL_TOKEN: TEST_INTERNAL_TOKEN,
      DATABASE_URL: rig.databaseUrl,
      REDIS_URL: rig.redis.url,
      ROOMS_API_URL: rig.rooms.url,
      MESSAGES_API_PORT: String(port),
      IMAGE_STORE: pathToFileURL(path.join(dir, 'images')).href,
    },
  })
  const url = `http://127.0.0.1:${port}`
  await until(async () => (await fetch(`${url}/readyz`)).ok, { within: 20_000, what: 'messages-api serves' })
  return {
    url,
    process: child,
    async kill() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

it('kill -9 during uploads and deletes, ten times: rows and files fit exactly after the sweep', async () => {
  const store = openFileStore(path.join(dir, 'images'))
  const room_id = anOpenRoom(rig.rooms)
  const photo = await aPhoto('jpeg')
  const acknowledged = new Set<string>()
  let deleted = 0

  /** Uploads, sends and deletes until the service is gone. */
  async function useIt(url: string, turn: number) {
    for (let i = turn; ; i++) {
      const answer = await upload(url, CUSTOMER, room_id, photo)
      if (answer.status !== 201) continue
      const { image_id } = (await answer.json()) as UploadedImage
      acknowledged.add(image_id)
      if (i % 3 === 0) continue
      const sent = await ask({ url }, CUSTOMER, 'POST', '/chat/messages/', { room_id, image_ids: [image_id] })
      if (i % 3 === 1) continue
      acknowledged.delete(image_id)
      await ask({ url }, CUSTOMER, 'DELETE', `/chat/messages/${(sent.body as Message).message_id}/`)
      deleted++
    }
  }

  for (let round = 0; round < 10; round++) {
    await rig.admin`delete from messages.uploads`
    const service = await start()
    const users = Array.from({ length: 4 }, (_, turn) => useIt(service.url, turn).catch(() => undefined))
    const enough = acknowledged.size + deleted + 3
    await until(() => acknowledged.size + deleted >= enough, { within: 10_000, what: 'some uploads and deletes' })
    await wait(Math.random() * 300)
    await service.kill()
    await Promise.all(users)
  }
  expect(deleted).toBeGreaterThan(0)

  // What may be shown has its files, whenever the process died; and what was acknowledged is there.
  const shown = await rig.admin<{ image_id: string }[]>`
    select image_id from messages.images where state in ('stored', 'attached')`
  for (const { image_id } of shown) {
    for (const variant of VARIANTS) {
      const stream = await store.read(image_id, variant)
      expect(stream).toBeDefined()
      stream?.destroy()
    }
  }
  const ids = new Set(shown.map((row) => row.image_id))
  expect([...acknowledged].filter((id) => !ids.has(id))).toEqual([])

  const swept = { db: api.db, store, log: api.log }
  await sweepImages(swept, { ...AGES, storingMs: 0 })
  await sweepStrays(swept, { ...AGES, strayMs: 0 })
  const rows = await rig.admin<{ image_id: string }[]>`select image_id from messages.images order by image_id`
  expect(await idsIn(store)).toEqual(rows.map((row) => row.image_id))
  expect(rows.length).toBeGreaterThanOrEqual(acknowledged.size)
}, 180_000)

describe('20 uploads of 20 megapixels at once: less than 400 MiB resident, each 201 or 503', () => {
  const LARGE = { width: 5_472, height: 3_648 }
  const turned = (picture = aPicture(LARGE)) => picture.withMetadata({ orientation: 6 })
  const plain = sharp({ create: { ...LARGE, channels: 4, background: { r: 40, g: 100, b: 60, alpha: 0.5 } } })

  it.each<[string, () => Sharp, decoders: number]>([
    ['JPEG, turned', () => turned().jpeg(), 450],
    ['JPEG, progressive and turned', () => turned().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }), 350],
    [
      'PNG of 16 bits, interlaced and turned',
      () => turned(plain.toColourspace('rgb16')).png({ progressive: true }),
      450,
    ],
    ['WebP without loss', () => plain.webp({ lossless: true, effort: 0 }), 550],
    ['GIF', () => plain.gif({ effort: 1 }), 450],
    ['AVIF of 12 bits', () => aPicture(LARGE).avif({ effort: 0, bitdepth: 12 }), 650],
  ])(
    '%s',
    async (_, make, decodersMiB) => {
      await rig.admin`delete from messages.uploads`
      const photo = await make().toBuffer()
      const service = await start()
      const pid = service.process.pid ?? 0
      const room_id = anOpenRoom(rig.rooms)
      const peak = watchDecoders(pid)
      const answers = await Promise.all(Array.from({ length: 20 }, () => upload(service.url, CUSTOMER, room_id, photo)))
      const [ownMiB, besideMiB] = [await memoryOf(pid, 'VmHWM'), await peak.end()]
      await service.kill()
      expect(answers.map((it) => it.status).filter((it) => it !== 201 && it !== 503)).toEqual([])
      expect(answers.some((it) => it.status === 201)).toBe(true)
      expect(ownMiB).toBeGreaterThan(0)
      expect(ownMiB).toBeLessThan(400)
      expect(besideMiB).toBeGreaterThan(0)
      expect(besideMiB).toBeLessThan(decodersMiB)
    },
    60_000,
  )
})

/** MiB of a process; 0 once it has ended. */
async function memoryOf(pid: number, field: 'VmHWM' | 'VmRSS'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1024
}

/** The most that all decoders of a service held at once, in MiB, looked at every 10 ms. */
function watchDecoders(service: number) {
  let most = 0
  let isOver = false
  async function watch() {
    while (!isOver) {
      const pids = (await readFile(`/proc/${service}/task/${service}/children`, 'utf8')).split(' ').filter(Boolean)
      const held = await Promise.all(pids.map((pid) => memoryOf(Number(pid), 'VmRSS')))
      most = Math.max(
        most,
        held.reduce((sum, one) => sum + one, 0),
      )
      await wait(10)
    }
    return most
  }
  const watching = watch()
  return {
    end() {
      isOver = true
      return watching
    },
  }
}
