import { randomUUID } from 'node:crypto'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import type { Held } from '../held.ts'
import { beginImage, doomImage, finishImage, type NewImage } from './image-statements.ts'
import { makePhoto, THUMBNAIL_TYPE } from './photo.ts'
import type { Workspace } from './workspace.ts'

/**
 * Makes a photo of the file in the workspace and keeps it: row, files, and only then is it `stored`. Wherever this breaks
 * off, the sweep removes what was begun. Throws the refusals of `makePhoto`, `image_quota`, `overloaded`.
 */
export async function keepImage(held: Held, workspace: Workspace, by: Pick<NewImage, 'room_id' | 'uploader_id'>) {
  const { db, images } = held
  const photo = await images.decoding.run(() => makePhoto(workspace.upload, workspace))
  const image = { ...photo, ...by, image_id: randomUUID() }
  await db.run((sql) => beginImage(sql, image))
  try {
    await images.store.put(image.image_id, 'original', workspace.original, image.content_type)
    await images.store.put(image.image_id, 'thumbnail', workspace.thumbnail, THUMBNAIL_TYPE)
    if (!(await db.run((sql) => finishImage(sql, image.image_id)))) throw new Refusal('unavailable')
  } catch (error) {
    await giveUp(held, image.image_id)
    throw error
  }
  return image
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
