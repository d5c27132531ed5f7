import { type InboxClientFrames, inboxClientFrames } from '@farmgate/contracts/client-frames.ts'
import type { InboxSession } from '../inboxes.ts'
import { type FrameTable, frameTable } from './frame-table.ts'
import { ping } from './ping.ts'
import { refreshToken, type VerifyToken } from './refresh-token.ts'

/** What a client may say on `/ws/inbox/`. */
export const inboxFrames = ({ auth }: { auth: { verifyToken: VerifyToken } }): FrameTable<InboxSession> =>
  frameTable<InboxClientFrames, InboxSession>(inboxClientFrames, {
    'token.refresh': refreshToken(auth.verifyToken),
    ping,
  })
