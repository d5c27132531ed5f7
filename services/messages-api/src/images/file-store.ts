import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { access, copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { DependencyAway } from '@farmgate/service-kit/dependency.ts'
import { type ImageStore, isImageId, type Listed, type Range, type Variant } from './store.ts'

/**
 * Images in a folder of one's own, which several processes on one machine (or on a shared disk) may use together. A file
 * is written under a temporary name, synced, renamed, and its folder synced: a crash leaves a whole file or none.
 */
export function openFileStore(dir: string): ImageStore {
  const folderOf = (imageId: string) => path.join(dir, imageId)

  async function put(imageId: string, variant: Variant, file: string, signal?: AbortSignal) {
    const folder = folderOf(imageId)
    const temporary = path.join(folder, `${variant}.${randomUUID()}`)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    try {
      await copyFile(file, temporary, constants.COPYFILE_EXCL)
      await sync(temporary)
      signal?.throwIfAborted()
      await rename(temporary, path.join(folder, variant))
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
    await sync(folder)
    await sync(dir)
  }

  async function read(imageId: string, variant: Variant, range?: Range): Promise<Readable | undefined> {
    const handle = await orNothing(open(path.join(folderOf(imageId), variant)))
    return handle?.createReadStream(range && { start: range.from, end: range.to })
  }

  /** The folder is read once: page by page it would be read as often as there are pages. */
  async function* list(after: string): AsyncIterable<Listed> {
    const names = (await asDependency(orNothing(readdir(dir)))) ?? []
    for (const image_id of names.filter((name) => isImageId(name) && name > after).sort()) {
      const found = await asDependency(orNothing(stat(folderOf(image_id))))
      if (found) yield { image_id, at: found.mtime }
    }
  }

  return {
    put: (imageId, variant, file, _type, signal) => asDependency(put(imageId, variant, file, signal)),
    read: (imageId, variant, range) => asDependency(read(imageId, variant, range)),
    remove: (imageId) => asDependency(rm(folderOf(imageId), { recursive: true, force: true })),
    list,
    async check() {
      await mkdir(dir, { recursive: true, mode: 0o700 })
      await access(dir, constants.R_OK | constants.W_OK | constants.X_OK)
    },
    close: async () => undefined,
  }
}

/** What has been written is on the disk, not only on its way there. */
async function sync(at: string) {
  const handle = await open(at, constants.O_RDONLY)
  await handle.sync().finally(() => handle.close())
}

async function orNothing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** A disk that is full or gone is mended by an operator, not by the one who asks: 503 until then. */
async function asDependency<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw new DependencyAway('images', error)
  }
}
