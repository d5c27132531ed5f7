import type { Farmgate } from './farmgate.ts'
import type { InboxFilter, LiveInbox } from './inbox-snapshot.ts'

/** Opens the caller's chat list and keeps it live until `close`. */
export declare function openInbox(farmgate: Farmgate, filter?: InboxFilter): LiveInbox
