import type { Message } from '@farmgate/contracts/messages.ts'
import fc from 'fast-check'

const ME = 'c-1'
const BO = 'f-1'

/** A message that says by its body which rev it is of. */
export const messageOf = (seq: number, rev: number, more: Partial<Message> = {}): Message => ({
  message_id: `m-${seq}`,
  room_id: 'r-1',
  seq,
  rev,
  kind: 'text',
  sender_id: seq % 2 ? ME : BO,
  body: `${seq} as of ${rev}`,
  images: [],
  client_message_id: seq % 2 ? `own-${seq}` : null,
  is_read: false,
  order_status: null,
  created_at: '2026-11-23T12:00:00.000Z',
  edited_at: null,
  deleted_at: null,
  ...more,
})

/** Everything that ever happened in a room, one change for each rev: a new message, or a new state of an old one. */
export const story: fc.Arbitrary<Message[]> = fc
  .array(fc.option(fc.nat(), { freq: 2 }), { minLength: 1, maxLength: 40 })
  .map((changes) => {
    let last = 0
    return changes.map((old, at) => messageOf(old === null || last === 0 ? ++last : 1 + (old % last), at + 1))
  })

/** The room as the database has it once `rev` is committed: each message in its present state, by seq. */
export function storedAt(changes: readonly Message[], rev: number): Message[] {
  const present = new Map(changes.slice(0, rev).map((message) => [message.seq, message]))
  return [...present.values()].sort((one, other) => one.seq - other.seq)
}
