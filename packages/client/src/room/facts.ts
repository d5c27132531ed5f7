import type { Room } from '@farmgate/contracts/rooms.ts'
import type { RoomServerFrames } from '@farmgate/contracts/server-frames.ts'
import type { RoomSnapshot } from '../room-snapshot.ts'

type Markers = RoomSnapshot['read']
export type FactFrame = RoomServerFrames['welcome' | 'read' | 'typing' | 'presence' | 'order.status']

/**
 * What is known of a room and has no rev: its card, the order's status, who has read how far, who is there, who types.
 * Each is replaced by what is told last; read markers only rise. Pure.
 */
export type Facts = Pick<RoomSnapshot, 'room' | 'order_status' | 'read' | 'online' | 'last_seen' | 'typing'>

export const noFacts = (room: Room | undefined): Facts => ({
  room,
  order_status: room?.order_status ?? null,
  read: { customer_seq: 0, farmer_seq: 0 },
  online: [],
  last_seen: {},
  typing: [],
})

/** The card says the status where no socket has said a newer one. */
export const withRoom = (facts: Facts, room: Room): Facts => ({
  ...facts,
  room,
  order_status: facts.room ? facts.order_status : room.order_status,
})

export const withMarkers = (facts: Facts, read: Markers): Facts => ({
  ...facts,
  read: {
    customer_seq: Math.max(facts.read.customer_seq, read.customer_seq),
    farmer_seq: Math.max(facts.read.farmer_seq, read.farmer_seq),
  },
})

/** The connection is gone: who is there and who types is not known any more. */
export const cutOff = (facts: Facts): Facts => ({ ...facts, online: [], typing: [] })

export function hear(facts: Facts, frame: FactFrame): Facts {
  switch (frame.type) {
    case 'welcome': {
      const { online, order_status, read } = frame
      return withMarkers({ ...facts, online, order_status }, read)
    }
    case 'read':
      return withMarkers(facts, markersOf(facts.room, frame))
    case 'typing':
      return { ...facts, typing: including(facts.typing, frame.user_id, frame.is_typing) }
    case 'presence':
      return present(facts, frame)
    case 'order.status':
      return { ...facts, order_status: frame.order_status }
  }
}

/** The highest seq that this user has read. */
export const readBy = ({ room, read }: Facts, userId: string): number =>
  userId === room?.customer_id ? read.customer_seq : userId === room?.farmer_id ? read.farmer_seq : 0

const markersOf = (room: Room | undefined, { user_id, seq }: RoomServerFrames['read']): Markers => ({
  customer_seq: user_id === room?.customer_id ? seq : 0,
  farmer_seq: user_id === room?.farmer_id ? seq : 0,
})

function present(facts: Facts, { user_id, online, last_seen_at }: RoomServerFrames['presence']): Facts {
  return {
    ...facts,
    online: including(facts.online, user_id, online),
    last_seen: last_seen_at ? { ...facts.last_seen, [user_id]: last_seen_at } : facts.last_seen,
    typing: online ? facts.typing : including(facts.typing, user_id, false),
  }
}

const including = (users: readonly string[], user: string, is: boolean): readonly string[] =>
  users.includes(user) === is ? users : is ? [...users, user] : users.filter((it) => it !== user)
