import { eventsOfEntry, type HeardEvent, ROOMS_STREAM } from '@farmgate/contracts/room-events.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import type { Held } from '../held.ts'
import { applyRoomEvents } from '../room-story.ts'

/** What messages-api hears from rooms-api: who is in a room, and the messages that orders cause. */
export const hearRooms = (held: Held) => ({
  stream: ROOMS_STREAM,
  group: 'messages-api',
  decode: eventsOfEntry,
  handle: (entries: HeardEvent[][]) => applyRoomEvents(held, entries.flat()),
  isTransient: isDependencyAway,
})
