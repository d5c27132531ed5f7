import type { RoomClientFrames } from '@farmgate/contracts/client-frames.ts'
import type { RoomLane } from '../lanes/room-lane.ts'
import type { Send } from '../lanes/sends.ts'
import type { RoomSession } from '../room-session.ts'

type Frame = RoomClientFrames['message.send']

/** Sender and room come from the socket, never from the frame. Acknowledged by the live frame of the message. */
export function sendMessage(sends: RoomLane<Send>) {
  return (session: RoomSession, { client_message_id, body, image_ids }: Frame): void => {
    const send = { room_id: session.room.id, sender_id: session.userId, client_message_id, body, image_ids }
    sends.push(session, send)
  }
}
