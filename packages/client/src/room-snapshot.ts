import type { Message } from '@farmgate/contracts/messages.ts'
import type { OrderStatus } from '@farmgate/contracts/order-status.ts'
import type { Room } from '@farmgate/contracts/rooms.ts'
import type { ConnectionStatus } from './connection/status.ts'
import type { FarmgateErrorCode } from './errors.ts'

/** A photo of one's own that is not in the history yet. */
export type LocalImage = {
  /** Stable, also over a reload: for keys. */
  local_id: string
  file: Blob
  /** 0 to 1, of the upload. */
  progress: number
}

/** Why a message could not be sent. It stays until `retry` or `discard`. */
export type SendFault = { code: FarmgateErrorCode; detail: string }

export type StoredEntry = { state: 'stored'; message: Message }

/** One's own, written and not acknowledged: it waits for a connection, is on its way, or has been refused for good. */
export type UnsentEntry = {
  state: 'waiting' | 'sending' | 'failed'
  client_message_id: string
  body: string
  images: readonly LocalImage[]
  /** RFC 3339, by this device's clock. */
  created_at: string
  /** With `failed` only. */
  error?: SendFault
}

export type TimelineEntry = StoredEntry | UnsentEntry

/**
 * A room as it is known now. Immutable: the same reference until something changes, and an entry or list in it that has
 * not changed is the same object as before.
 */
export type RoomSnapshot = {
  connection: ConnectionStatus
  room: Room | undefined
  /** Newer than `room.order_status` where the two differ. `null`: asked, nothing bought yet; also before anything is known. */
  order_status: OrderStatus | null
  /** What is stored, by `seq` and without a gap; then one's own that is not, as it was written. */
  entries: readonly TimelineEntry[]
  /** The newest page of the history is there. */
  loaded: boolean
  has_older: boolean
  loading_older: boolean
  /** The first message of the other's that was unread when the room was opened, for the unread line. */
  first_unread_seq: number | null
  /** The highest `seq` that each party has read: newer than `is_read` of the messages. */
  read: { customer_seq: number; farmer_seq: number }
  /** Who has a socket in the room, oneself included. */
  online: readonly string[]
  /** When those who are not online were last seen, where that is known: user id → RFC 3339. */
  last_seen: Readonly<Record<string, string>>
  /** The others who type now. */
  typing: readonly string[]
  /** How many of `entries` wait or are being sent. */
  waiting: number
}

export type RoomToOpen = {
  room_id: string
  /** Who is calling: the `sub` of the tokens. */
  user_id: string
  /** The card of a list, where one is at hand: shown until the room's own is here. */
  room?: Room
}

/** An open room. Its functions need no `this`; `subscribe` and `getSnapshot` are made for React's useSyncExternalStore. */
export type LiveRoom = {
  subscribe: (listener: () => void) => () => void
  getSnapshot: () => RoomSnapshot
  /**
   * Writes a message: it stands in `entries` at once, and goes out as soon as it can, in the order of writing. Resolves to
   * its `client_message_id` when the outbox keeps it: from then on a reload does not lose it. Rejects, with nothing
   * written, where it may not be sent (FarmgateError `invalid_body`) or the outbox cannot keep it (its disk is full).
   */
  send: (content: { body: string; images?: readonly Blob[] }) => Promise<string>
  /** Tries a failed message again, after those that were written before it. */
  retry: (clientMessageId: string) => Promise<void>
  /** Drops a message that is not stored yet, and cancels its upload. One that is on its way may be stored all the same. */
  discard: (clientMessageId: string) => Promise<void>
  /** Another body for one's own text. Throws FarmgateError: `edit_window_over`, `unreachable`, … */
  edit: (messageId: string, body: string) => Promise<void>
  /** Empties one's own message. Throws FarmgateError. */
  remove: (messageId: string) => Promise<void>
  /** Reads a message again: the links of its photos are good for 15 minutes. Throws FarmgateError. */
  renew: (messageId: string) => Promise<void>
  /** Call it as often as one likes: it is thinned. */
  typing: (isTyping: boolean) => void
  /** Everything up to `seq` has been seen. Kept until it can be told. */
  read: (seq: number) => void
  /** The page before the oldest entry; nothing while one is on its way. Throws FarmgateError. */
  loadOlder: () => Promise<void>
  /** Lets go of the socket and of everything else. What waits in the outbox stays there. */
  close: () => Promise<void>
}
