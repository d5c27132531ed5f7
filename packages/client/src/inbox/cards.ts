import type { Room } from '@farmgate/contracts/rooms.ts'
import type { InboxFilter } from '../inbox-snapshot.ts'

/**
 * The rooms of a chat list as far as they are loaded: newest activity first, each once, what the filter leaves out not at
 * all. `complete`: there are no more pages. Pure.
 */
export type Cards = { filter: InboxFilter; rooms: readonly Room[]; complete: boolean }

/** A page of the list. `told` have been told since it was asked for: they are as new or newer, and win. */
export function withPage(
  cards: Cards,
  page: readonly Room[],
  complete: boolean,
  told: ReadonlyMap<string, Room>,
): Cards {
  const fresh = page.map((room) => told.get(room.room_id) ?? room)
  return arranged({ ...cards, complete }, fresh)
}

/** A card as it is now. One that belongs to a page that is not loaded yet comes with that page. */
export function withCard(cards: Cards, room: Room): Cards {
  const last = cards.rooms.at(-1)
  const isKnown = cards.rooms.some(({ room_id }) => room_id === room.room_id)
  const isWithin = cards.complete || !last || byActivity(room, last) < 0
  return isKnown || isWithin ? arranged(cards, [room]) : cards
}

function arranged(cards: Cards, changed: readonly Room[]): Cards {
  const ids = new Set(changed.map(({ room_id }) => room_id))
  const rest = cards.rooms.filter(({ room_id }) => !ids.has(room_id))
  const wanted = changed.filter((room) => passes(cards.filter, room))
  return { ...cards, rooms: [...rest, ...wanted].sort(byActivity) }
}

const passes = ({ order_status, unread }: InboxFilter, room: Room): boolean =>
  (order_status === undefined || room.order_status === order_status) && (!unread || room.unread_count > 0)

/** As the server sorts them: the latest first, then by id downwards. RFC 3339 in UTC sorts as text. */
const byActivity = (one: Room, other: Room): number =>
  compare(other.updated_at, one.updated_at) || compare(other.room_id, one.room_id)

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
