import type { RoomClientFrames } from '@farmgate/contracts/client-frames.ts'
import type { Change } from '../lanes/changes.ts'
import type { RoomLane } from '../lanes/room-lane.ts'
import type { RoomSession } from '../room-session.ts'

export function deleteMessage(changes: RoomLane<Change>) {
  return (session: RoomSession, { message_id }: RoomClientFrames['message.delete']): void => {
    const change: Change = { op: 'delete', room_id: session.room.id, sender_id: session.userId, message_id }
    changes.push(session, change)
  }
}
