import type { OutboxRow } from '@farmgate/outbox/rows.ts'
import type { ISql } from 'postgres'
import { z } from 'zod'

/*
 * What is still to be told. A row's topic says what it refers to:
 *   events   of the room `subject`, first_rev to last_rev, and that its card looks different
 *   card     only that the card of the room `subject` looks different
 *   opened   the first events and the cards of all rooms that one statement opened; `detail` names them, each with the
 *            request that opened it
 */

/** A room of which something is to be told: its events from `first` to `last`, and its card. */
export type Named = { row: OutboxRow; room_id: string; request_id: string; first: number; last: number }

/** A room is opened by one event, or by two: with an order. */
const MOST_OPENING = 2

const openedRooms = z.record(z.string(), z.string())

/** `returning` of an insert into rooms.outbox, as an `OutboxRow`. */
export const outboxColumns = (sql: ISql) => sql`
  id::text, topic, subject, first_rev::float8, last_rev::float8, detail, request_id`

/** The rooms that a row stands for. */
export function roomsOf(row: OutboxRow): Named[] {
  const { topic, subject, request_id, first_rev, last_rev, detail } = row
  if (topic !== 'opened') return [{ row, room_id: subject, request_id, first: first_rev, last: last_rev }]
  const named = Object.entries(openedRooms.parse(JSON.parse(detail)))
  return named.map(([room_id, cause]) => ({ row, room_id, request_id: cause, first: 1, last: MOST_OPENING }))
}

/** Those of which there are events to tell. */
export const hasEvents = ({ row }: Named): boolean => row.topic !== 'card'
