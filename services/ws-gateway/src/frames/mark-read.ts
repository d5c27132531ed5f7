import type { RoomClientFrames } from '@farmgate/contracts/client-frames.ts'
import type { Reads } from '../lanes/reads.ts'
import type { RoomSession } from '../room-session.ts'

/** Not asked for where the marker is known to be there already: it never moves back. */
export function markRead(reads: Reads) {
  return (session: RoomSession, { seq }: RoomClientFrames['read']): void => {
    if (seq > session.room.readBy(session.userId)) reads.push(session, seq)
  }
}
