import type { Room } from '@farmgate/contracts/rooms.ts'
import type { Farmgate } from './farmgate.ts'
import type { LiveRoom } from './room-snapshot.ts'

export type RoomToOpen = {
  room_id: string
  /** Who is calling: the `sub` of the tokens. */
  user_id: string
  /** The card of a list, where one is at hand: shown until the room's own is here. */
  room?: Room
}

/** Opens a room and keeps it live until `close`. */
export declare function openRoom(farmgate: Farmgate, room: RoomToOpen): LiveRoom
