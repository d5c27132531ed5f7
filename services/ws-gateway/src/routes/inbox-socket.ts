import { inboxAnswer } from '@farmgate/contracts/internal-rooms.ts'
import type { InboxServerFrames } from '@farmgate/contracts/server-frames.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import type { InternalClient } from '@farmgate/service-kit/internal-client.ts'
import { inboxFrames } from '../frames/inbox-frames.ts'
import { type Greeter, socketRoute } from '../handshake.ts'
import { type Inboxes, InboxSession } from '../inboxes.ts'

const DEADLINE_MS = 4_000

export type InboxDoor = Greeter & {
  roomsApi: InternalClient
  inboxes: Inboxes
  heartbeatS: number
}

/** GET /ws/inbox/ — the chat list, live: the welcome, then each card that changes. */
export function inboxSocket(app: App, door: InboxDoor): void {
  const { roomsApi, inboxes, heartbeatS } = door
  const frames = inboxFrames(door)
  socketRoute(app, '/ws/inbox/', door, async (connection, user) => {
    const session = new InboxSession(connection, user.id)
    inboxes.enter(session)
    connection.onClosed(() => inboxes.leave(session))
    const { total_unread } = await roomsApi.post(
      '/internal/rooms/inbox/',
      { user_id: user.id },
      { deadlineMs: DEADLINE_MS, requestId: connection.requestId, schema: inboxAnswer },
    )
    const welcome: InboxServerFrames['welcome'] = {
      type: 'welcome',
      user_id: user.id,
      total_unread,
      heartbeat_s: heartbeatS,
    }
    session.welcome(JSON.stringify(welcome))
    connection.hear(frames, session)
  })
}
