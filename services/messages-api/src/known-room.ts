import { Refusal } from '@farmgate/service-kit/refusal.ts'
import type { Held } from './held.ts'
import { hearStory } from './room-story.ts'
import { partyOf, type RoomRow } from './rows.ts'

/**
 * What `find` finds of a room, for one of its parties. A room that we do not know yet is asked of rooms-api, so that a
 * room just opened shows its first message to the next read even where no event has arrived. Throws `Refusal`
 * `unknown_room`, alike for a room that is not there and for a stranger.
 */
export async function knownRoom<T extends { room: RoomRow }>(
  held: Held,
  ask: { room_id: string; user_id: string; requestId: string },
  find: () => Promise<T | undefined>,
): Promise<T> {
  const found = (await find()) ?? (await hearStory(held, ask.room_id, ask.requestId).then(find))
  if (!found || !partyOf(found.room, ask.user_id)) throw new Refusal('unknown_room')
  held.parties.learn(found.room)
  return found
}
