import type { RoomSession } from './room-session.ts'
import { WatchedRoom } from './watched-room.ts'

/** Who watches which room. A room that nobody watches is forgotten, its gate with it. */
export class Hub {
  readonly #rooms = new Map<string, WatchedRoom>()
  readonly #onBehind: (room: WatchedRoom) => void

  constructor(onBehind: (room: WatchedRoom) => void) {
    this.#onBehind = onBehind
  }

  get size(): number {
    return this.#rooms.size
  }

  get(roomId: string): WatchedRoom | undefined {
    return this.#rooms.get(roomId)
  }

  rooms(): IterableIterator<WatchedRoom> {
    return this.#rooms.values()
  }

  /** The room to sit down in; follow it with `enter` in the same turn. */
  room(roomId: string): WatchedRoom {
    let room = this.#rooms.get(roomId)
    if (!room) {
      room = new WatchedRoom(roomId, this.#onBehind)
      this.#rooms.set(roomId, room)
    }
    return room
  }

  enter(session: RoomSession): void {
    session.room.sessions.add(session)
  }

  leave(session: RoomSession): void {
    const { room } = session
    room.sessions.delete(session)
    if (room.sessions.size === 0 && this.#rooms.get(room.id) === room) this.#rooms.delete(room.id)
  }
}
