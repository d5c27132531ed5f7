import type { RoomClientFrames } from '@farmgate/contracts/client-frames.ts'
import type { Change } from '../lanes/changes.ts'
import type { RoomLanes } from '../lanes/room-lanes.ts'
import type { RoomSession } from '../room-session.ts'

export function deleteMessage(changes: RoomLanes<Change>) {
  return (session: RoomSession, { message_id }: RoomClientFrames['message.delete']): void => {
    const change: Change = { op: 'delete', room_id: session.room.id, sender_id: session.userId, message_id }
    changes.push(session, change)
  }
}
