import { type HeardEvent, isKnown, type RoomEvents } from '@farmgate/contracts/room-events.ts'
import { type MessageRow, otherParty, partyOf, type RoomRow } from './rows.ts'

/*
 * What the events of a room mean for its row and its history. Pure: the caller holds the room's lock and writes the
 * outcome down.
 */

/** A room as it stands after some events, and the messages that they caused. */
export type Told = { room: RoomRow; messages: MessageRow[] }

/** Ascending by number, each number once. */
export const inOrder = (events: readonly HeardEvent[]): HeardEvent[] =>
  events
    .toSorted((a, b) => a.event_no - b.event_no)
    .filter((event, i, sorted) => event.event_no !== sorted[i - 1]?.event_no)

/** A room that begins with this story; nothing where the story does not begin at its beginning. */
export function begin(story: readonly HeardEvent[]): Told | undefined {
  const [opened] = story
  if (!opened || !isKnown(opened) || opened.type !== 'room.opened' || opened.event_no !== 1) return undefined
  return goOn(emptyRoom(opened), story).told
}

/**
 * Applies, in order, the events that the room has not had, up to the first that is missing: `missingAfter` is the
 * number before it.
 */
export function goOn(room: RoomRow, story: readonly HeardEvent[]): { told: Told; missingAfter?: number } {
  const told: Told = { room: { ...room }, messages: [] }
  for (const event of story) {
    if (event.event_no <= told.room.event_no) continue
    if (event.event_no > told.room.event_no + 1) return { told, missingAfter: told.room.event_no }
    told.room.event_no = event.event_no
    told.room.card_rev += 1
    if (isKnown(event) && event.type !== 'room.opened') addMessage(told, event)
  }
  return { told }
}

const emptyRoom = (opened: RoomEvents['room.opened']): RoomRow => ({
  room_id: opened.room_id,
  customer_id: opened.customer_id,
  farmer_id: opened.farmer_id,
  order_status: null,
  event_no: 0,
  last_seq: 0,
  rev: 0,
  card_rev: 0,
  order_seq: 0,
  customer_seq: 0,
  farmer_seq: 0,
  customer_unread: 0,
  farmer_unread: 0,
  customer_read_at: null,
  farmer_read_at: null,
})

type OrderEvent = RoomEvents['order.placed'] | RoomEvents['order.status_changed']

function addMessage({ room, messages }: Told, event: OrderEvent): void {
  room.last_seq += 1
  room.rev += 1
  const step = stepOf(event, room)
  room.order_status = step.status_to
  if (event.type === 'order.placed') room.order_seq = room.last_seq
  const sender = partyOf(room, step.sender_id)
  if (sender) room[`${otherParty(sender)}_unread`] += 1
  messages.push({
    message_id: event.message_id,
    room_id: room.room_id,
    seq: room.last_seq,
    rev: room.rev,
    created_rev: room.rev,
    body: event.body,
    client_message_id: null,
    created_at: new Date(event.at),
    edited_at: null,
    deleted_at: null,
    ...step,
  })
}

/** An order is placed in its customer's name, whoever checks out for them. */
const stepOf = (event: OrderEvent, room: RoomRow) =>
  event.type === 'order.placed'
    ? {
        kind: 'order_placed' as const,
        sender_id: room.customer_id,
        images: event.images.length > 0 ? event.images : null,
        status_from: event.previous,
        status_to: 'new' as const,
      }
    : {
        kind: 'order_status' as const,
        sender_id: event.changed_by,
        images: null,
        status_from: event.from,
        status_to: event.to,
      }
