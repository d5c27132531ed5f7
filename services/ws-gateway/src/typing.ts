import type { RoomServerFrames } from '@farmgate/contracts/server-frames.ts'
import type { Clock } from './clock.ts'
import type { RoomSession } from './room-session.ts'
import type { Signals } from './signals.ts'
import type { WatchedRoom } from './watched-room.ts'

/** Typing that is not said again ends by itself. */
const EXPIRES_MS = 6_000
/** The same thing again is passed on this often, a change this often; what came between is settled by the next tick. */
const REPEAT_MS = 1_000
const CHANGE_MS = 300

export type Typing = {
  /** A socket says that its user is typing, or no more. */
  say(session: RoomSession, isTyping: boolean): void
  /** Its socket is gone. */
  leave(session: RoomSession): void
  /** Another gateway says so. */
  heard(room: WatchedRoom, userId: string, isTyping: boolean): void
}

/**
 * Who is typing: shown to the other party at once, told to the other gateways, stored nowhere. Each gateway ends it by
 * itself, so that nobody types for ever because a gateway died.
 */
export function openTyping({ clock, signals }: { clock: Clock; signals: Signals }): Typing {
  const rooms = new Set<WatchedRoom>()
  const thinned = new Set<RoomSession>()

  const show = (room: WatchedRoom, userId: string, isTyping: boolean) => {
    if (!isTyping && !room.typing.has(userId)) return
    if (isTyping) room.typing.set(userId, Date.now() + EXPIRES_MS)
    else room.typing.delete(userId)
    if (room.typing.size > 0) rooms.add(room)
    else rooms.delete(room)
    room.tellOthers(userId, typingFrame(userId, isTyping))
  }
  const pass = (session: RoomSession, isTyping: boolean) => {
    const { room, userId } = session
    session.typing.said = isTyping
    session.typing.at = Date.now()
    show(room, userId, isTyping)
    signals.typing(room.id, userId, isTyping)
  }

  clock.onTick(() => {
    const now = Date.now()
    for (const session of thinned) if (session.typing.wants !== session.typing.said) pass(session, session.typing.wants)
    thinned.clear()
    for (const room of rooms) for (const [userId, until] of room.typing) if (until <= now) show(room, userId, false)
  })

  return {
    say(session, isTyping) {
      const { typing } = session
      typing.wants = isTyping
      const since = Date.now() - typing.at
      if (isTyping === typing.said ? isTyping && since >= REPEAT_MS : since >= CHANGE_MS) pass(session, isTyping)
      else if (isTyping !== typing.said) thinned.add(session)
    },
    leave(session) {
      thinned.delete(session)
      if (session.typing.said && !typesElsewhere(session)) pass(session, false)
    },
    heard: show,
  }
}

/** Another socket of the same user says so, here, and it has not ended by itself. */
function typesElsewhere(session: RoomSession): boolean {
  const { room, userId } = session
  const since = Date.now() - EXPIRES_MS
  for (const other of room.sessions)
    if (other !== session && other.userId === userId && other.typing.said && other.typing.at > since) return true
  return false
}

function typingFrame(userId: string, isTyping: boolean): string {
  const frame: RoomServerFrames['typing'] = { type: 'typing', user_id: userId, is_typing: isTyping }
  return JSON.stringify(frame)
}
