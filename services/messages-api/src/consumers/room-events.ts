import { ROOMS_STREAM, type RoomEvent, roomEvent, roomEvents } from '@farmgate/contracts/room-events.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import type { Held } from '../held.ts'
import { applyRoomEvents } from '../room-story.ts'

/** What messages-api hears from rooms-api: who is in a room, and the messages that orders cause. */
export const hearRooms = (held: Held) => ({
  stream: ROOMS_STREAM,
  group: 'messages-api',
  decode: decodeRoomEvent,
  handle: (events: RoomEvent[]) => applyRoomEvents(held, events),
  isTransient: isDependencyAway,
})

/** An entry of the rooms stream; `unknown` is a type that a newer producer says. Throws where it does not parse. */
export function decodeRoomEvent(fields: Readonly<Record<string, string>>): RoomEvent | 'unknown' {
  if (fields.type !== undefined && !Object.hasOwn(roomEvents, fields.type)) return 'unknown'
  return roomEvent.parse(JSON.parse(fields.event ?? ''))
}
