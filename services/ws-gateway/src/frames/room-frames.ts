import { type RoomClientFrames, roomClientFrames } from '@farmgate/contracts/client-frames.ts'
import type { Lanes } from '../lanes/lanes.ts'
import type { RoomSession } from '../room-session.ts'
import type { Typing } from '../typing.ts'
import { deleteMessage } from './delete-message.ts'
import { editMessage } from './edit-message.ts'
import { type FrameTable, frameTable } from './frame-table.ts'
import { markRead } from './mark-read.ts'
import { ping } from './ping.ts'
import { refreshToken, type VerifyToken } from './refresh-token.ts'
import { sendMessage } from './send-message.ts'
import { type } from './type.ts'

type Doors = { lanes: Lanes; typing: Typing; auth: { verifyToken: VerifyToken } }

/** What a client may say on `/ws/chat/{room_id}/`. */
export const roomFrames = ({ lanes, typing, auth }: Doors): FrameTable<RoomSession> =>
  frameTable<RoomClientFrames, RoomSession>(roomClientFrames, {
    'message.send': sendMessage(lanes.sends),
    'message.edit': editMessage(lanes.changes),
    'message.delete': deleteMessage(lanes.changes),
    read: markRead(lanes.reads),
    typing: type(typing),
    'token.refresh': refreshToken(auth.verifyToken),
    ping,
  })
