import type { RoomClientFrames } from '@farmgate/contracts/client-frames.ts'
import type { Change } from '../lanes/changes.ts'
import type { RoomLane } from '../lanes/room-lane.ts'
import type { RoomSession } from '../room-session.ts'

export function editMessage(changes: RoomLane<Change>) {
  return (session: RoomSession, { message_id, body }: RoomClientFrames['message.edit']): void => {
    const edit: Change = { op: 'edit', room_id: session.room.id, sender_id: session.userId, message_id, body }
    changes.push(session, edit)
  }
}
