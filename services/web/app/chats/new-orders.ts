import type { Room } from '@farmgate/contracts/rooms.ts'

/**
 * The orders placed with this farmer after `since`, and the time of the newest activity, to be `since` next time. Without
 * a `since` nothing is new: the list has just been opened. Times are RFC 3339 in UTC, which compare as they are.
 */
export function ordersSince(rooms: readonly Room[], since: string | undefined, me: string) {
  const orders = rooms.filter(
    ({ farmer_id, is_new_order, last_message, updated_at }) =>
      since !== undefined &&
      updated_at > since &&
      is_new_order &&
      farmer_id === me &&
      last_message?.kind === 'order_placed',
  )
  const newest = [since ?? '', ...rooms.map((room) => room.updated_at)].sort().at(-1) ?? ''
  return { orders, newest }
}

/**
 * Names the newest order in a room as its card tells of it, given what it was `before`: what is written after an order
 * takes its place on the card, and is no order of its own.
 */
export const newestOrder = ({ last_message }: Pick<Room, 'last_message'>, before: string | undefined) =>
  last_message?.kind === 'order_placed' ? last_message.message_id : before
