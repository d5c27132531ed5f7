import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { anOpenRoom, CUSTOMER, type Instance, openRig, type Rig } from '../rig.fixture.ts'
import { openFileStore } from './file-store.ts'
import { aPhoto } from './photo.fixture.ts'
import { idsIn } from './store.fixture.ts'
import { AGES, sweepImages, sweepStrays } from './sweep.ts'
import { upload } from './upload.fixture.ts'

/* A disk of 1 MiB. It takes root to make one. */

const mount = mkdtempSync(path.join(tmpdir(), 'farmgate-full-'))
const isMounted = (() => {
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mount], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()
afterAll(() => {
  if (isMounted) execFileSync('/bin/umount', [mount])
  rmSync(mount, { recursive: true })
})

describe.skipIf(!isMounted)('a disk that is full', () => {
  let rig: Rig
  let api: Instance
  let photo: Buffer
  let room_id: string
  beforeAll(async () => {
    rig = await openRig({ openStore: () => openFileStore(path.join(mount, 'images')) })
    ;[api] = rig.instances as [Instance]
    photo = await aPhoto('jpeg', { width: 1_200, height: 900 })
    room_id = anOpenRoom(rig.rooms)
  })
  afterAll(() => rig.close())

  const send = () => upload(api.url, CUSTOMER, room_id, photo)
  const shown = async () =>
    (
      await rig.admin<{ image_id: string }[]>`
        select image_id from messages.images where state in ('stored', 'attached') order by image_id`
    ).map((row) => row.image_id)

  it('of the store: 503, no row without its files, and room again once some have gone', async () => {
    const taken: string[] = []
    let refused: Response | undefined
    while (!refused) {
      const answer = await send()
      if (answer.status === 201) taken.push(((await answer.json()) as { image_id: string }).image_id)
      else refused = answer
    }
    expect(taken.length).toBeGreaterThan(0)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await shown()).toEqual(taken.sort())
    const swept = { db: api.db, store: api.images.store, log: api.log }
    await until(async () => (await rig.admin`select from messages.images where state = 'doomed'`).length === 0)
    expect(await idsIn(api.images.store)).toEqual(taken)
    await rig.admin`update messages.images set state = 'doomed' where image_id = ${taken[0] ?? ''}`
    await sweepImages(swept)
    expect((await send()).status).toBe(201)
    await sweepStrays(swept, { ...AGES, strayMs: 0 })
    expect(await idsIn(api.images.store)).toEqual(await shown())
  })

  it('of the temporary files: 503, nothing stored, nothing left', async () => {
    const before = await shown()
    const filler = path.join(mount, 'filler')
    await writeFile(filler, Buffer.alloc(2 * 1024 * 1024)).catch(() => undefined)
    vi.stubEnv('TMPDIR', mount)
    expect((await send()).status).toBe(503)
    await until(async () => (await readdir(mount)).every((name) => !name.startsWith('farmgate-upload-')))
    vi.unstubAllEnvs()
    await rm(filler)
    expect(await shown()).toEqual(before)
  })
})
