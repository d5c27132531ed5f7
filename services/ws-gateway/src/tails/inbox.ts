import { INBOX_STREAM, type inboxEvents } from '@farmgate/contracts/inbox-events.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import { field } from '@farmgate/streams/entries.ts'
import type { Inboxes } from '../inboxes.ts'
import type { EntryHandler } from './tail-streams.ts'

const TYPE: keyof typeof inboxEvents = 'room.updated'

/** Cards of chat lists that changed: passed on as they are. */
export const inboxEntries =
  ({ inboxes, log }: { inboxes: Inboxes; log: Log }): EntryHandler =>
  (id, fields) => {
    const frame = field(fields, 'frame')
    const roomId = field(fields, 'room_id')
    if (field(fields, 'type') === TYPE && roomId && frame)
      return inboxes.tell(field(fields, 'user_id') ?? '', roomId, frame)
    log.warn({ stream: INBOX_STREAM, entry: id }, 'entry.malformed')
    return false
  }
