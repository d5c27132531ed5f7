import type { RoomSnapshot, TimelineEntry } from '@farmgate/client/room-snapshot.ts'
import { dayOf } from '../texts/days.ts'

/** A longer silence than this begins a new group. */
const GROUP_MS = 5 * 60 * 1000

/** How far a message of one's own has come. */
export type Mark = 'waiting' | 'sending' | 'failed' | 'sent' | 'read'

/** What stands in one line of the history, beside its entry. Values only, so that a row that stays equal is not drawn anew. */
export type Row = {
  own: boolean
  at: string
  /** The first of its day; the oldest one that is loaded is not known to be, while there are older ones. */
  opensDay: boolean
  /** The unread line stands above it. */
  opensUnread: boolean
  /** The first and the last of what one person wrote in one go. */
  opensGroup: boolean
  closesGroup: boolean
  /** Of one's own; `undefined` for the other's and for what the market wrote. */
  mark: Mark | undefined
  /** The mark and the time are shown: at the end of a group, and where the next message has come less far. */
  showsMark: boolean
}

type UnreadFrom = Pick<RoomSnapshot, 'entries' | 'first_unread_seq'>

export type Reader = { userId: string; othersRead: number; firstUnread: number | null; hasOlder: boolean }

/** How far the other party has read, as the newest marker says. */
export function othersReadSeq({ room, read }: Pick<RoomSnapshot, 'room' | 'read'>, userId: string): number {
  return room?.customer_id === userId ? read.farmer_seq : read.customer_seq
}

/**
 * Where the unread line stands: above the first message that was unread when the conversation was opened, until an answer
 * of one's own is stored. Looked for from the newest on, so it costs no more than what came after it.
 */
export function unreadLineSeq({ entries, first_unread_seq }: UnreadFrom, userId: string): number | null {
  if (first_unread_seq === null) return null
  const isStoredOwn = (entry: TimelineEntry) => entry.state === 'stored' && isOwn(entry, userId)
  const isAbove = (entry: TimelineEntry) => (seqOf(entry) ?? first_unread_seq) < first_unread_seq
  const last = entries.findLast((entry) => isStoredOwn(entry) || isAbove(entry))
  return last && !isAbove(last) ? null : first_unread_seq
}

/**
 * One row out of its entry and the two beside it: drawing a window of a long history costs nothing for what is outside it.
 */
export function rowAt(entries: readonly TimelineEntry[], index: number, reader: Reader): Row | undefined {
  const entry = entries[index]
  if (!entry) return undefined
  const before = entries[index - 1]
  const after = entries[index + 1]
  const closesGroup = !after || !continues(entry, after, reader)
  const mark = markOf(entry, reader)
  return {
    own: isOwn(entry, reader.userId),
    at: timeOf(entry),
    opensDay: before ? !isSameDay(before, entry) : !reader.hasOlder,
    opensUnread: seqOf(entry) === reader.firstUnread,
    opensGroup: !before || !continues(before, entry, reader),
    closesGroup,
    mark,
    showsMark: closesGroup || (after !== undefined && markOf(after, reader) !== mark),
  }
}

/**
 * The name of an entry for as long as it is drawn: one's own keeps it when it is acknowledged, so that the bubble stays
 * the same one. The client's id is unique by sender only, so it is not used for the other's.
 */
export function rowKey(entry: TimelineEntry, userId: string): string {
  if (entry.state !== 'stored') return entry.client_message_id
  const { message } = entry
  return (message.sender_id === userId && message.client_message_id) || message.message_id
}

export const isOwn = (entry: TimelineEntry, userId: string): boolean =>
  entry.state !== 'stored' || entry.message.sender_id === userId

export const seqOf = (entry: TimelineEntry): number | undefined =>
  entry.state === 'stored' ? entry.message.seq : undefined

const timeOf = (entry: TimelineEntry) => (entry.state === 'stored' ? entry.message.created_at : entry.created_at)
const isSameDay = (a: TimelineEntry, b: TimelineEntry) => dayOf(new Date(timeOf(a))) === dayOf(new Date(timeOf(b)))
const isText = (entry: TimelineEntry) => entry.state !== 'stored' || entry.message.kind === 'text'

function continues(before: TimelineEntry, after: TimelineEntry, { userId, firstUnread }: Reader): boolean {
  if (!isText(before) || !isText(after) || isOwn(before, userId) !== isOwn(after, userId)) return false
  if (seqOf(after) !== undefined && seqOf(after) === firstUnread) return false
  return isSameDay(before, after) && Date.parse(timeOf(after)) - Date.parse(timeOf(before)) < GROUP_MS
}

function markOf(entry: TimelineEntry, { userId, othersRead }: Reader): Mark | undefined {
  if (entry.state !== 'stored') return entry.state
  const { kind, sender_id, deleted_at, seq } = entry.message
  if (sender_id !== userId || kind === 'order_status' || deleted_at !== null) return undefined
  return seq <= othersRead ? 'read' : 'sent'
}
