import { type Party, partyOf, type RoomRow } from './rows.ts'

/** Some 30 MB of ids at their longest, 10 MB as they are. */
const MOST_ROOMS = 50_000

export type Parties = Pick<RoomRow, 'customer_id' | 'farmer_id'>

export type KnownParties = {
  /** Which party of the room a user is; undefined for a stranger, and for a room that we have not seen lately. */
  partyOf(room_id: string, user_id: string): Party | undefined
  learn(room: Parties & Pick<RoomRow, 'room_id'>): void
  forget(room_id: string): void
}

/** Who is in the rooms that this process has met, but for the oldest. It never changes, so what is remembered is true. */
export function rememberParties(most = MOST_ROOMS): KnownParties {
  const rooms = new Map<string, Parties>()
  return {
    partyOf(room_id, user_id) {
      const room = rooms.get(room_id)
      return room && partyOf(room, user_id)
    },
    learn({ room_id, customer_id, farmer_id }) {
      if (rooms.has(room_id)) return
      const [oldest] = rooms.keys()
      if (rooms.size >= most && oldest !== undefined) rooms.delete(oldest)
      rooms.set(room_id, { customer_id, farmer_id })
    },
    forget: (room_id) => void rooms.delete(room_id),
  }
}
