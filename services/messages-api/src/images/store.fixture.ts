import type { ImageStore } from './store.ts'

/** The ids of all images that have files. */
export async function idsIn(store: ImageStore, after = ''): Promise<string[]> {
  const ids: string[] = []
  for await (const { image_id } of store.list(after)) ids.push(image_id)
  return ids
}
