import { type RoomClientFrames, roomClientFrames } from '@farmgate/contracts/client-frames.ts'
import type { Change } from '../lanes/changes.ts'
import type { Reads } from '../lanes/reads.ts'
import type { RoomLanes } from '../lanes/room-lanes.ts'
import type { Send } from '../lanes/sends.ts'
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

type Doors = {
  sends: RoomLanes<Send>
  changes: RoomLanes<Change>
  reads: Reads
  typing: Typing
  verifyToken: VerifyToken
}

/** What a client may say on `/ws/chat/{room_id}/`. */
export const roomFrames = ({ sends, changes, reads, typing, verifyToken }: Doors): FrameTable<RoomSession> =>
  frameTable<RoomClientFrames, RoomSession>(roomClientFrames, {
    'message.send': sendMessage(sends),
    'message.edit': editMessage(changes),
    'message.delete': deleteMessage(changes),
    read: markRead(reads),
    typing: type(typing),
    'token.refresh': refreshToken(verifyToken),
    ping,
  })
