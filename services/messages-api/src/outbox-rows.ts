import type { OutboxRow } from '@farmgate/outbox/rows.ts'

/*
 * What is still to be told. A row refers to facts and copies none; its topic says to which:
 *   changes  the revs first_rev to last_rev of the room `subject`
 *   batch    revs of several rooms: `detail` names each as room:first:last, separated by spaces
 *   read     the read markers of the parties named in `detail`, in the room `subject`
 */

/** A room of which something is to be told: its revs from `first` to `last`, or read markers. */
export type Named = { row: OutboxRow; room_id: string; first: number; last: number }

/** The rooms that a row stands for. */
export function roomsOf(row: OutboxRow): Named[] {
  const { topic, subject, first_rev, last_rev, detail } = row
  if (topic !== 'batch') return [{ row, room_id: subject, first: first_rev, last: last_rev }]
  return detail.split(' ').map((named) => {
    const [room_id = '', first, last] = named.split(':')
    return { row, room_id, first: Number(first), last: Number(last) }
  })
}

/** The row of the revs `first` to `last` of a room. */
export const changesRow = (id: string, roomId: string, first: number, last: number, requestId: string): OutboxRow => ({
  id,
  topic: 'changes',
  subject: roomId,
  first_rev: first,
  last_rev: last,
  detail: '',
  request_id: requestId,
})

/** The row of what a batch created. */
export const batchRow = (id: string, rooms: readonly Omit<Named, 'row'>[], requestId: string): OutboxRow => ({
  id,
  topic: 'batch',
  subject: '',
  first_rev: 0,
  last_rev: 0,
  detail: rooms.map(({ room_id, first, last }) => `${room_id}:${first}:${last}`).join(' '),
  request_id: requestId,
})
