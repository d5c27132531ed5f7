import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { token } from '@farmgate/testing/tokens.ts'
import type { FaultCase, Trial } from '../fault-case.ts'
import type { Conversation } from '../load.ts'
import { expectThat, reviveDead } from '../strike.ts'

const FOLDER = path.join(tmpdir(), `farmgate-images-of-${process.pid}`)
const PHOTO = path.resolve(import.meta.dirname, '../../../demo/photos/crate.jpg')
/** Room for a few photos of 25 KB. */
const SIZE = '128k'
const MOST_UPLOADS = 20

/** Needs root, who alone may mount. */
export const f23: FaultCase = {
  id: 'F23',
  name: 'image folder full; kill -9 during an upload',
  world: { failPoints: ['kill-mid-upload'], env: { IMAGE_STORE: `file://${FOLDER}` } },
  async run(trial) {
    const [room] = trial.load.conversations
    if (!room) throw new Error('no room')
    await mkdir(FOLDER, { recursive: true })
    mount()
    try {
      await fill(trial, room)
      await expectFiles(trial)
    } finally {
      spawnSync('umount', [FOLDER])
    }
    await dieUploading(trial, room)
    await trial.world.sql`delete from messages.images where state = 'stored'`
    expectThat('an upload works again', (await upload(trial, room)) === 201)
    await expectFiles(trial)
    await rm(FOLDER, { recursive: true })
  },
}

function mount() {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', FOLDER], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`cannot mount: ${stderr}`)
}

async function fill(trial: Trial, room: Conversation) {
  for (let i = 0; i < MOST_UPLOADS; i++) {
    const status = await upload(trial, room)
    if (status === 503) return
    expectThat(`201 until it is full, not ${status}`, status === 201)
  }
  throw new Error(`${MOST_UPLOADS} uploads, and it is not full`)
}

async function dieUploading(trial: Trial, room: Conversation) {
  const dying = trial.world.dieAt('kill-mid-upload')
  const answer = upload(trial, room)
  await reviveDead(trial, await dying)
  expectThat('nobody is told that it worked', (await answer) !== 201)
}

/** No row that may be shown is without its files. */
async function expectFiles({ world }: Trial) {
  const rows = await world.sql<{ image_id: string }[]>`
    select image_id from messages.images where state in ('stored', 'attached')`
  const missing = rows.filter(({ image_id }) =>
    ['original', 'thumbnail'].some((name) => !existsSync(path.join(FOLDER, image_id, name))),
  )
  expectThat(`each of ${rows.length} images has its files: ${missing.length} have not`, missing.length === 0)
}

async function upload({ world }: Trial, { room_id, customer_id }: Conversation): Promise<number> {
  const form = new FormData()
  form.append('room_id', room_id)
  form.append('file', new Blob([await readFile(PHOTO)]))
  const headers = { authorization: `Bearer ${token(customer_id)}` }
  return (await fetch(`${world.stack.url}/chat/images/`, { method: 'POST', headers, body: form })).status
}
