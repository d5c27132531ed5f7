import type { SendFault } from '../room-snapshot.ts'

/** Whose messages to which room. */
export type Place = { user_id: string; room_id: string }

export type WrittenImage = {
  local_id: string
  file: Blob
  /** Set once it has been uploaded: it is not uploaded again. */
  image_id?: string
}

/** A message as it was written, until it is acknowledged. */
export type WrittenMessage = Place & {
  client_message_id: string
  body: string
  images: readonly WrittenImage[]
  /** RFC 3339, by this device's clock. */
  created_at: string
  /** Refused for good; it waits for its writer. */
  error?: SendFault
}

/** Where messages wait. A store is shared by all tabs of a browser (indexed-db.ts) or by nobody (memory.ts). */
export type OutboxStore = {
  /** In the order in which they were added. */
  list: (place: Place) => Promise<WrittenMessage[]>
  /** Kept when it resolves: a reload does not lose it. */
  add: (message: WrittenMessage) => Promise<void>
  /** Changes one that is there; nothing where it has gone meanwhile. */
  update: (message: WrittenMessage) => Promise<void>
  remove: (clientMessageId: string) => Promise<void>
  /** How many of a user's wait, in all rooms, whoever else waits there. */
  count: (userId: string) => Promise<number>
  /** Drops all of a user's: for a browser that others use, too. */
  forget: (userId: string) => Promise<void>
  /** Calls when anybody has changed what waits there, another tab too; gives its end. */
  watch: (place: Place, changed: () => void) => () => void
  /** Runs `work` while nobody else, in no other tab, runs theirs for this place; waits for that until `signal` aborts. */
  alone: (place: Place, signal: AbortSignal, work: () => Promise<void>) => Promise<void>
  /** Lets go of what it holds open. What waits is kept; nothing more can be written by this store. */
  close: () => Promise<void>
}
