import { roomId } from '@farmgate/contracts/ids.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import type { FastifyRequest } from 'fastify'
import { roomFrames } from '../frames/room-frames.ts'
import { type Greeter, socketRoute } from '../handshake.ts'
import type { Hub } from '../hub.ts'
import { type Joining, join, resume } from '../join.ts'
import type { Lanes } from '../lanes/lanes.ts'
import { RoomSession } from '../room-session.ts'
import type { Typing } from '../typing.ts'

export type RoomDoor = Greeter & Joining & { hub: Hub; typing: Typing; lanes: Lanes }

/** GET /ws/chat/{room_id}/ — one room, live: the welcome, what was missed, then every change in order. */
export function roomSocket(app: App, door: RoomDoor): void {
  const { hub, presence, typing, metrics } = door
  const frames = roomFrames(door)
  socketRoute(app, '/ws/chat/:room_id/', door, async (connection, user, request) => {
    const { room_id, after_rev } = asked(request)
    const session = new RoomSession(connection, user.id, hub.room(room_id))
    hub.enter(session)
    connection.onClosed(() => {
      typing.leave(session)
      presence.leave(session)
      hub.leave(session)
    })
    const { rev } = await join(session, door)
    connection.hear(frames, session)
    if (after_rev !== undefined) return resume(session, after_rev, rev, door)
    metrics.countJoin('new')
    session.goLive(rev)
  })
}

/** Throws what closes the socket with 4404 or 4400. */
function asked({ params, query }: FastifyRequest): { room_id: string; after_rev?: number } {
  const room = roomId.safeParse(fieldOf(params, 'room_id'))
  if (!room.success) throw new Refusal('unknown_room')
  const after = fieldOf(query, 'after_rev')
  if (after === undefined) return { room_id: room.data }
  if (typeof after !== 'string' || !/^\d+$/.test(after)) throw new Refusal('bad_request')
  // Beyond what a number can say is beyond what any room knows.
  return { room_id: room.data, after_rev: Math.min(Number(after), Number.MAX_SAFE_INTEGER) }
}

function fieldOf(record: unknown, name: string): unknown {
  return record && typeof record === 'object' ? Reflect.get(record, name) : undefined
}
