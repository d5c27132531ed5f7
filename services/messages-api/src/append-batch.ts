import { DependencyAway } from '@farmgate/service-kit/dependency.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { v7 as uuidv7 } from 'uuid'
import { appendKnown } from './append-known.ts'
import { type AppendRow, appendStatement, type Batch, type Send, UNHEARD } from './append-statement.ts'
import { appendWithImages } from './append-with-images.ts'
import { type CardRoom, cardOf } from './cards.ts'
import { type Created, createdEntries } from './created-entries.ts'
import type { Held } from './held.ts'
import { messagesById } from './history.ts'
import type { SignUrls } from './images/signed-urls.ts'
import type { Parties } from './known-parties.ts'
import { batchRow, type Named } from './outbox-rows.ts'
import { isLocked, isTwin } from './postgres-errors.ts'
import { messageFrame } from './rendering.ts'
import { type MessageRow, readerSeq } from './rows.ts'
import type { Changed } from './tell-cards.ts'
import { type TracedSends, tellTrace, traceSends } from './traced-sends.ts'

/** `stored`: new and committed. `repeated`: there already, under this client_message_id. `refused`: never stored. */
export type Appended =
  | { outcome: 'stored' | 'repeated'; row: MessageRow; readerSeq: number; frame: string }
  | { outcome: 'refused'; refusal: Refusal | DependencyAway }

/** `unheard`: we know no such room; rooms-api may. */
export type Attempt = Appended | 'unheard'

const unknownRoom: Appended = { outcome: 'refused', refusal: new Refusal('unknown_room') }
const busyRoom: Appended = { outcome: 'refused', refusal: new DependencyAway('the room') }

/** How often somebody may get in between; each time we see them the next time, so a second is already rare. */
const MOST_TRIES = 5

/**
 * Stores a batch in which no client_message_id stands twice, and publishes it. Answers stand in the order of the
 * sends and are given after the commit; Redis is not waited for. Throws `Refusal` `unknown_image` or `image_used` where
 * one of the batch names an image that it may not: nothing of it is stored then.
 */
export async function appendBatch(held: Held, sends: readonly Send[], requestId: string): Promise<Attempt[]> {
  const batch = { sends, ids: sends.map(() => uuidv7()), at: new Date(), requestId }
  const startedAt = performance.now()
  const spans = traceSends(held.trace, sends)
  const { rows, failure } = await held.trace.inside(spans.find(Boolean), () => store(held, batch))
  held.appended(sends.length, (performance.now() - startedAt) / 1_000)
  rows.forEach((row, i) => {
    if (row.known) held.keptRooms.learn(sends[i]?.room_id ?? '', isKept(row))
  })
  const attempts = rows.map((row, i) => toAttempt(held.images.urls.sign, batch, row, i))
  // The answer leaves with this turn of the event loop, the rest after it: Redis wakes up on whatever core we are on.
  setImmediate(() => {
    try {
      announce(held, rows, attempts, requestId, spans)
    } catch (error) {
      held.log.error({ err: error, request_id: requestId }, 'append.left_to_sweeper')
    }
    for (const span of spans) span?.end()
  })
  if (failure !== undefined) throw failure
  const repeats = await repeatsOf(held, rows)
  return attempts.map((attempt, i) => repeats.get(rows[i]?.repeats ?? '') ?? attempt)
}

type Stored = { rows: readonly AppendRow[]; failure?: unknown }

/**
 * Each send by the cheapest way that is open to it, those of a way together. Where one way fails another may have been
 * committed: that is told before the failure is. Rooms known to be kept go apart, past their locks: nobody waits for them,
 * and no other room is passed over.
 */
async function store(held: Held, batch: Batch): Promise<Stored> {
  const rooms = new Set(batch.sends.map(({ room_id }) => room_id))
  const kept = new Set([...rooms].filter(held.keptRooms.has))
  if (hasImages(batch)) return { rows: await storeCarefully(held, batch, kept.size > 0) }
  const ways = Map.groupBy(batch.sends.entries(), ([, send]) => wayOf(held, kept, send))
  if (ways.size === 1) for (const way of ways.keys()) return { rows: await storeBy[way](held, batch) }
  const rows = batch.sends.map(() => UNHEARD)
  const settled = await Promise.allSettled(
    [...ways].map(async ([way, sends]) => {
      const places = sends.map(([place]) => place)
      const stored = await storeBy[way](held, partOf(batch, places))
      for (const [i, place] of places.entries()) rows[place] = stored[i] ?? UNHEARD
    }),
  )
  const failed = settled.find((one) => one.status === 'rejected')
  return failed ? { rows, failure: failed.reason } : { rows }
}

type Way = 'known' | 'careful' | 'past-locks'

function wayOf({ parties }: Held, kept: ReadonlySet<string>, { room_id, sender_id }: Send): Way {
  if (kept.has(room_id)) return 'past-locks'
  return parties.partyOf(room_id, sender_id) ? 'known' : 'careful'
}

const storeBy: Record<Way, (held: Held, batch: Batch) => Promise<readonly AppendRow[]>> = {
  known: storeKnown,
  careful: (held, batch) => storeCarefully(held, batch, false),
  'past-locks': (held, batch) => storeCarefully(held, batch, true),
}

const partOf = (batch: Batch, places: readonly number[]): Batch => ({
  ...batch,
  sends: places.flatMap((i) => batch.sends[i] ?? []),
  ids: places.flatMap((i) => batch.ids[i] ?? []),
})

async function storeKnown(held: Held, batch: Batch): Promise<readonly AppendRow[]> {
  try {
    return await held.db.run((sql) => {
      // Whoever waited for a connection may have been forgotten meanwhile.
      const isKnown = batch.sends.every(({ room_id, sender_id }) => held.parties.partyOf(room_id, sender_id))
      return isKnown ? appendKnown(sql, batch, held.parties) : appendStatement(sql, batch, false)
    })
  } catch (error) {
    if (!(isTwin(error) || isLocked(error))) throw error
    return storeCarefully(held, batch, isLocked(error))
  }
}

async function storeCarefully(held: Held, batch: Batch, passLocks: boolean): Promise<readonly AppendRow[]> {
  const rows = await tryCarefully(held, batch, passLocks)
  for (const row of rows) if (row.outbox_id !== null) learnParties(held, row)
  return rows
}

/** Whoever was stored once goes the common way from then on. */
function learnParties({ parties }: Held, { room_id, customer_id, farmer_id }: CardRoom & Partial<Parties>) {
  if (customer_id !== undefined && farmer_id !== undefined) parties.learn({ room_id, customer_id, farmer_id })
}

async function tryCarefully(held: Held, batch: Batch, passLocks: boolean): Promise<readonly AppendRow[]> {
  let skipBusy = passLocks
  for (let tries = 1; ; tries++) {
    try {
      return hasImages(batch)
        ? await held.db.begin((tx) => appendWithImages(tx, batch, skipBusy))
        : await held.db.run((sql) => appendStatement(sql, batch, skipBusy))
    } catch (error) {
      if (tries === MOST_TRIES || !(isTwin(error) || isLocked(error))) throw error
      // A room that somebody keeps costs only itself: the others of the batch go on without it.
      skipBusy ||= isLocked(error)
    }
  }
}

/** Neither stored nor stored before: its room's lock was passed by. */
const isKept = (row: AppendRow) => row.known && row.is_party && row.seq === null && row.repeats === null

const hasImages = ({ sends }: Batch) => sends.some((send) => send.image_ids.length > 0)

/** What became of a send; one that repeats another is answered by that. */
function toAttempt(sign: SignUrls, { sends, ids, at }: Batch, row: AppendRow, i: number): Attempt {
  const [send, id] = [sends[i], ids[i]]
  if (!row.known) return 'unheard'
  if (!row.is_party || !send || !id) return unknownRoom
  if (row.seq === null || row.rev === null) return busyRoom
  const message = { ...toRow(send, id, row.seq, row.rev, at), images: row.images ?? null }
  return { outcome: 'stored', row: message, readerSeq: 0, frame: messageFrame(sign, 'created', message, 0) }
}

/** The new messages at once, and the cards of their rooms with those of other batches. A traced one brings its own. */
function announce(
  held: Held,
  rows: readonly AppendRow[],
  attempts: readonly Attempt[],
  requestId: string,
  spans: TracedSends,
): void {
  const created: Created[] = []
  const changed: Changed[] = []
  const boxes = new Map<string, Omit<Named, 'row'>[]>()
  for (const [i, row] of rows.entries()) {
    const stored = attempts[i]
    if (stored === undefined || stored === 'unheard' || stored.outcome !== 'stored') continue
    const { room_id, rev } = stored.row
    const traceparent = tellTrace(held.trace, spans[i])
    const card = row.outbox_id !== null && traceparent !== undefined ? cardOf(row, stored.row) : null
    created.push({ room_id, rev, frame: stored.frame, card, traceparent })
    if (row.outbox_id === null) continue
    if (!card) changed.push({ room: row, last: stored.row })
    const rooms = boxes.get(row.outbox_id) ?? []
    boxes.set(row.outbox_id, rooms)
    rooms.push({ room_id, first: row.first_rev, last: rev })
  }
  if (created.length === 0) return
  held.cards.tell({
    changed,
    rows: [...boxes].map(([id, rooms]) => batchRow(id, rooms, requestId)),
    requestId,
    sent: held.outbox.publish(createdEntries(created, requestId), []),
  })
}

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
      const frame = messageFrame(held.images.urls.sign, 'created', row, seq)
      return [row.message_id, { outcome: 'repeated', row, readerSeq: seq, frame }]
    }),
  )
}
