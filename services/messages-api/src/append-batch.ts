import type { Card } from '@farmgate/contracts/message-events.ts'
import type { OutboxRow } from '@farmgate/outbox/rows.ts'
import type { DependencyAway } from '@farmgate/service-kit/dependency.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import type { Entry } from '@farmgate/streams/publish.ts'
import { v7 as uuidv7 } from 'uuid'
import { changeEntry, changesRow } from './announce.ts'
import { type AppendRow, appendStatement, type Send } from './append-statement.ts'
import { cardOf } from './cards.ts'
import type { Held } from './held.ts'
import { messagesById } from './history.ts'
import { isTwin } from './postgres-errors.ts'
import { messageFrame } from './rendering.ts'
import { type MessageRow, readerSeq } from './rows.ts'

/** `stored`: new and committed. `repeated`: there already, under this client_message_id. `refused`: never stored. */
export type Appended =
  | { outcome: 'stored' | 'repeated'; row: MessageRow; readerSeq: number; frame: string }
  | { outcome: 'refused'; refusal: Refusal | DependencyAway }

/** `unheard`: we know no such room; rooms-api may. */
export type Attempt = Appended | 'unheard'

const unknownRoom: Appended = { outcome: 'refused', refusal: new Refusal('unknown_room') }

/** How often a twin may get in between; each time we see it the next time, so a second is already rare. */
const TWIN_TRIES = 5

/**
 * Stores a batch in which no client_message_id stands twice, and publishes it. Answers stand in the order of the
 * sends and are given after the commit; Redis is not waited for.
 */
export async function appendBatch(held: Held, sends: readonly Send[], requestId: string): Promise<Attempt[]> {
  const at = new Date()
  const ids = sends.map(() => uuidv7())
  for (let tries = 1; ; tries++) {
    try {
      const rows = await held.db.run((sql) => appendStatement(sql, sends, ids, at, requestId))
      return await toAttempts(held, sends, ids, at, rows, requestId)
    } catch (error) {
      if (!isTwin(error) || tries === TWIN_TRIES) throw error
    }
  }
}

async function toAttempts(
  held: Held,
  sends: readonly Send[],
  ids: string[],
  at: Date,
  rows: readonly AppendRow[],
  requestId: string,
): Promise<Attempt[]> {
  const stored: { message: MessageRow; frame: string; card: Card | null }[] = []
  const boxed: OutboxRow[] = []
  const repeats = await repeatsOf(held, rows)
  const results = rows.map((row, i): Attempt => {
    if (!row.known) return 'unheard'
    if (row.repeats) return repeats.get(row.repeats) ?? unknownRoom
    const send = sends[i]
    const id = ids[i]
    if (row.seq === null || row.rev === null || !send || !id) return unknownRoom
    const message = toRow(send, id, row.seq, row.rev, at)
    const frame = messageFrame('created', message, 0)
    stored.push({ message, frame, card: row.outbox_id === null ? null : cardOf(row, message) })
    if (row.outbox_id !== null) boxed.push(changesRow(row.outbox_id, row.room_id, row.first_rev, row.rev, requestId))
    return { outcome: 'stored', row: message, readerSeq: 0, frame }
  })
  held.outbox.publish(
    stored.map((it): Entry => changeEntry(toChange(it), it.card, requestId)),
    boxed,
  )
  return results
}

const toChange = ({ message, frame }: { message: MessageRow; frame: string }) => ({
  room_id: message.room_id,
  rev: message.rev,
  change: 'created' as const,
  frame,
})

const toRow = (send: Send, message_id: string, seq: number, rev: number, created_at: Date): MessageRow => ({
  message_id,
  room_id: send.room_id,
  seq,
  rev,
  created_rev: rev,
  kind: 'text',
  sender_id: send.sender_id,
  body: send.body,
  images: null,
  client_message_id: send.client_message_id,
  status_from: null,
  status_to: null,
  created_at,
  edited_at: null,
  deleted_at: null,
})

/** What was stored under a repeated id, as it is now. */
async function repeatsOf(held: Held, rows: readonly AppendRow[]): Promise<Map<string, Appended>> {
  const ids = rows.flatMap((row) => row.repeats ?? [])
  if (ids.length === 0) return new Map()
  const messages = await held.db.run((sql) => messagesById(sql, ids))
  return new Map(
    messages.map((row) => {
      const seq = readerSeq(row, row.sender_id)
      return [row.message_id, { outcome: 'repeated', row, readerSeq: seq, frame: messageFrame('created', row, seq) }]
    }),
  )
}
