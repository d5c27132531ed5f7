import type { StoredEntry } from '../room-snapshot.ts'

/** What was unread when the room was opened: after `marker`, up to `last_seq`. */
export type Opening = { user_id: string; marker: number; last_seq: number }

/** The first message of the other's in it, as far as it is loaded. */
export function firstUnread(shown: readonly StoredEntry[], { user_id, marker, last_seq }: Opening): number | null {
  const isUnread = ({ message }: StoredEntry) =>
    message.seq > marker && message.seq <= last_seq && message.sender_id !== user_id && message.deleted_at === null
  return shown.find(isUnread)?.message.seq ?? null
}
