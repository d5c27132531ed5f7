import { randomUUID } from 'node:crypto'
import { DependencyAway } from '@farmgate/service-kit/dependency.ts'
import type { Held } from '../held.ts'
import { decodePhoto } from './decode-photo.ts'
import { readHeader } from './header.ts'
import { beginImage, countUpload, doomImage, finishImage, type NewImage } from './image-statements.ts'
import { type Photo, THUMBNAIL_TYPE } from './photo.ts'
import type { Workspace } from './workspace.ts'

/**
 * From the file that has arrived to the answer, waiting included. Shorter than a stop of the service (9 s) and than what
 * the proxy before us waits (15 s): so the answer is always ours, and true.
 */
const KEEP_MS = 8_000

type By = Pick<NewImage, 'room_id' | 'uploader_id'>

/**
 * Makes a photo of the file in the workspace and keeps it: row, files, and only then is it `stored`. Wherever this breaks
 * off, nothing goes on, and the sweep removes what was begun. Throws the refusals of `readHeader` and `decodePhoto`,
 * `image_quota`, `overloaded`.
 */
export async function keepImage(held: Held, workspace: Workspace, by: By, keepMs = KEEP_MS): Promise<NewImage> {
  const signal = AbortSignal.timeout(keepMs)
  const photo = await takePhoto(held, workspace, by.uploader_id, signal)
  const image = { ...photo, ...by, image_id: randomUUID() }
  await held.db.run((sql) => beginImage(sql, image))
  try {
    await putFiles(held, workspace, image, signal)
    const isKept = !signal.aborted && (await held.db.run((sql) => finishImage(sql, image.image_id)))
    if (!isKept) throw new DependencyAway('images', new Error('its files came too late'))
  } catch (error) {
    await giveUp(held, image.image_id)
    throw error
  }
  return image
}

/** An upload counts once it costs a decode, whatever comes of it. */
async function takePhoto(
  { db, images }: Held,
  workspace: Workspace,
  user: string,
  signal: AbortSignal,
): Promise<Photo> {
  const { kind, memory } = await readHeader(workspace.upload)
  return images.decoding.run({ user, memory, signal }, async () => {
    await db.run((sql) => countUpload(sql, user))
    return decodePhoto({ file: workspace.upload, kind, into: workspace }, signal)
  })
}

/** Side by side. Neither is on its way any more when this settles: the workspace may go. */
async function putFiles({ images: { store } }: Held, workspace: Workspace, image: NewImage, signal: AbortSignal) {
  const put = await Promise.allSettled([
    store.put(image.image_id, 'original', workspace.original, image.content_type, signal),
    store.put(image.image_id, 'thumbnail', workspace.thumbnail, THUMBNAIL_TYPE, signal),
  ])
  for (const each of put) if (each.status === 'rejected') throw each.reason
}

/** Where not even this works, the row stays `storing`, and the sweep finds it by its age. */
async function giveUp({ db, images, log }: Held, imageId: string): Promise<void> {
  try {
    await db.run((sql) => doomImage(sql, imageId))
    images.sweeper.soon()
  } catch (error) {
    log.warn({ err: error, image_id: imageId }, 'images.give_up_failed')
  }
}
