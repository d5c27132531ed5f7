import type { Farmgate } from './farmgate.ts'
import { OpenedInbox } from './inbox/opened-inbox.ts'
import type { InboxFilter, LiveInbox } from './inbox-snapshot.ts'

/** Opens the caller's chat list and keeps it live until `close`. */
export function openInbox(farmgate: Farmgate, filter: InboxFilter = {}): LiveInbox {
  const inbox = new OpenedInbox(farmgate, filter)
  const { subscribe, getSnapshot } = inbox.publisher
  return {
    subscribe,
    getSnapshot,
    loadMore: () => inbox.loadMore(),
    setFilter: (wanted) => inbox.setFilter(wanted),
    close: () => inbox.close(),
  }
}
