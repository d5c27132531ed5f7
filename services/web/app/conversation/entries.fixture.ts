import type { StoredEntry, UnsentEntry } from '@farmgate/client/room-snapshot.ts'
import type { Message } from '@farmgate/contracts/messages.ts'

export const ADA = 'customer-ada'
export const BO = 'farm-bo'

/** A stored text of Ada's at noon of 23 November 2026, where the reader is, plus `minutes`. */
export function stored(seq: number, given: Partial<Message> & { minutes?: number } = {}): StoredEntry {
  const { minutes = 0, ...fields } = given
  const message: Message = {
    message_id: `message-${seq}`,
    room_id: 'room',
    seq,
    rev: seq,
    kind: 'text',
    sender_id: ADA,
    body: `text ${seq}`,
    images: [],
    client_message_id: `own-${seq}`,
    is_read: false,
    order_status: null,
    created_at: noon(minutes),
    edited_at: null,
    deleted_at: null,
    ...fields,
  }
  return { state: 'stored', message }
}

export function unsent(id: string, given: Partial<UnsentEntry> = {}): UnsentEntry {
  return { state: 'waiting', client_message_id: id, body: id, images: [], created_at: noon(0), ...given }
}

const noon = (minutes: number) => new Date(2026, 10, 23, 12, minutes).toISOString()
