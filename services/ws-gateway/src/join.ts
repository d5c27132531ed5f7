import { setTimeout as wait } from 'node:timers/promises'
import { type JoinAnswer, joinAnswer, missedAnswer } from '@farmgate/contracts/internal-messages.ts'
import { DependencyAway, isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import type { InternalClient } from '@farmgate/service-kit/internal-client.ts'
import type { GatewayMetrics } from './metrics.ts'
import type { Presence } from './presence.ts'
import type { RoomSession } from './room-session.ts'

const DEADLINE_MS = 4_000
const MAX_ATTEMPTS = 3
const PAGE = 200
/** A page that cannot be had is asked for again for this long; then the client does better to come back. */
const PATIENCE_MS = 8_000
const RETRY_MS = 500

export type Joining = {
  messagesApi: InternalClient
  presence: Presence
  metrics: GatewayMetrics
  heartbeatS: number
}

/**
 * Asks where the room stands and welcomes the session. It sits in the room already, so whatever passes the gate after
 * the answer was made is kept for it. Throws Refusal('unknown_room') or DependencyAway.
 */
export async function join(session: RoomSession, { messagesApi, presence, heartbeatS }: Joining): Promise<JoinAnswer> {
  const { room } = session
  const [answer] = await Promise.all([ask(session, messagesApi), presence.known(room)])
  if (session.connection.closed) return answer
  room.opened(answer)
  presence.enter(session)
  session.welcome(answer, presence.online(room), heartbeatS)
  room.tellReadsBeyond(session, answer)
  return answer
}

/** Answers overtake each other: one that is older than what the room has learnt from another is asked for again. */
async function ask(session: RoomSession, messagesApi: InternalClient): Promise<JoinAnswer> {
  const { room, connection, userId } = session
  for (let attempt = 1; ; attempt++) {
    const answer = await messagesApi.post(
      '/internal/messages/join/',
      { room_id: room.id, user_id: userId },
      { deadlineMs: DEADLINE_MS, requestId: connection.requestId, schema: joinAnswer },
    )
    if (!room.outdates(answer) || attempt === MAX_ATTEMPTS) return answer
  }
}

/** `after_rev` as it was asked for: what follows the welcome. */
export async function resume(session: RoomSession, afterRev: number, rev: number, joining: Joining): Promise<void> {
  if (afterRev > rev) {
    joining.metrics.countJoin('resync')
    session.tell('{"type":"resync"}')
    return session.goLive(rev)
  }
  joining.metrics.countJoin('resumed')
  const caughtUp = await catchUp(session, afterRev, joining.messagesApi)
  if (session.connection.closed) return
  session.tell(`{"type":"caught_up","rev":${caughtUp}}`)
  session.room.saw(caughtUp)
  session.goLive(caughtUp)
}

/**
 * Tells every change above `afterRev`, page after page, at the reader's pace, and gives the rev that it has come to. If
 * too much happened meanwhile to be kept, that too is fetched as missed.
 */
async function catchUp(session: RoomSession, afterRev: number, messagesApi: InternalClient): Promise<number> {
  session.position = afterRev
  for (;;) {
    if (session.overflowed) session.keepAgain()
    const page = await missed(session, afterRev, messagesApi)
    for (const { rev, frame } of page.changes) {
      if (session.connection.closed) return session.position
      for (const one of frame.split('\n')) await session.connection.sendPaced(one)
      session.position = rev
    }
    if (!page.has_more) session.position = Math.max(session.position, page.rev)
    if (session.connection.closed || (!page.has_more && !session.overflowed)) return session.position
  }
}

/** The page after what has been told of all that changed since `sinceRev`. */
async function missed(session: RoomSession, sinceRev: number, messagesApi: InternalClient) {
  const { room, position, connection } = session
  const until = Date.now() + PATIENCE_MS
  for (;;) {
    try {
      return await messagesApi.post(
        '/internal/messages/missed/',
        { room_id: room.id, after_rev: position, since_rev: sinceRev, limit: PAGE },
        { deadlineMs: DEADLINE_MS, requestId: connection.requestId, schema: missedAnswer },
      )
    } catch (error) {
      if (!isDependencyAway(error) || connection.closed) throw error
      if (Date.now() > until) throw new DependencyAway('messages-api', error)
      await wait(RETRY_MS)
    }
  }
}
