/** What is written and not yet sent, by person and room; it outlives a reload of this window. */
export type Drafts = { read(): string; write(text: string): void }

/** `storage` is the window's own: another window of the same browser may be another person. */
export function draftsOf(storage: Storage, userId: string, roomId: string): Drafts {
  const key = `farmgate:draft:${userId}:${roomId}`
  return {
    read: () => storage.getItem(key) ?? '',
    write: (text) => (text === '' ? storage.removeItem(key) : storage.setItem(key, text)),
  }
}
