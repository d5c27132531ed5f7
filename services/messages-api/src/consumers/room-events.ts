import { type HeardEntry, ROOMS_STREAM, readRoomEntry } from '@farmgate/contracts/room-events.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import type { Held } from '../held.ts'
import { applyRoomEvents } from '../room-story.ts'

/** What messages-api hears from rooms-api: who is in a room, and the messages that orders cause. */
export const hearRooms = (held: Held) => ({
  stream: ROOMS_STREAM,
  group: 'messages-api',
  decode: readRoomEntry,
  handle: (entries: HeardEntry[]) => {
    const causes = new Map(entries.flatMap(({ events, request_id }) => events.map((it) => [it.room_id, request_id])))
    const events = entries.flatMap((entry) => entry.events)
    return applyRoomEvents(held, events, (roomId) => causes.get(roomId) ?? '')
  },
  isTransient: isDependencyAway,
  // What rooms-api itself does not know (a forged entry) it will not know later: it told us after its commit.
  isFinal: (error: unknown) => error instanceof Refusal,
})
