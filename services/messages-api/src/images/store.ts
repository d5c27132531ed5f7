import type { Readable } from 'node:stream'

/** The two files of an image. */
export const VARIANTS = ['original', 'thumbnail'] as const
export type Variant = (typeof VARIANTS)[number]

/** What is no id of ours was put there by someone else, and is left alone. */
const IMAGE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
export const isImageId = (name: string): boolean => IMAGE_ID.test(name)

/** First and last byte, both included. */
export type Range = { from: number; to: number }

/** An image that has files, and when the newest of them was put. */
export type Listed = { image_id: string; at: Date }

/**
 * Where the files of images are kept, as `<image_id>/original` and `<image_id>/thumbnail`. It knows nothing of rooms or
 * messages. Whatever it throws passes with time: `isDependencyAway` is true of it.
 */
export type ImageStore = {
  /** Copies `file` there. It lasts once this resolves; until then nobody can read a part of it. Again replaces it; `signal` breaks it off. */
  put(imageId: string, variant: Variant, file: string, contentType: string, signal?: AbortSignal): Promise<void>
  /** Its bytes, or nothing where it is not there. */
  read(imageId: string, variant: Variant, range?: Range): Promise<Readable | undefined>
  /** Removes all files of an image; one that has none is fine. */
  remove(imageId: string): Promise<void>
  /** The images that have files, ascending by id, above `after`: as many as are asked for, in time that grows with them. */
  list(after: string): AsyncIterable<Listed>
  /** Resolves where files can be put and read. */
  check(): Promise<void>
  close(): Promise<void>
}
