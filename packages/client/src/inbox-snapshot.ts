import type { OrderStatus } from '@farmgate/contracts/order-status.ts'
import type { Room } from '@farmgate/contracts/rooms.ts'
import type { ConnectionStatus } from './connection/status.ts'
import type { FarmgateError } from './errors.ts'

/** Which rooms are wanted; all where nothing is said. */
export type InboxFilter = { order_status?: OrderStatus; unread?: boolean }

/** The chat list as it is known now. Immutable: the same reference until something changes, the same for each room. */
export type InboxSnapshot = {
  connection: ConnectionStatus
  filter: InboxFilter
  /** Newest activity first. */
  rooms: readonly Room[]
  /** Over all rooms, whatever the filter. */
  total_unread: number
  /** The first page of this filter is there. */
  loaded: boolean
  loading: boolean
  has_more: boolean
  /** Why the last page could not be had; it is asked for again with the next connection or `loadMore`. */
  error: FarmgateError | undefined
}

/** An open chat list. Its functions need no `this`; `subscribe` and `getSnapshot` are made for useSyncExternalStore. */
export type LiveInbox = {
  subscribe: (listener: () => void) => () => void
  getSnapshot: () => InboxSnapshot
  loadMore: () => Promise<void>
  setFilter: (filter: InboxFilter) => void
  close: () => Promise<void>
}
