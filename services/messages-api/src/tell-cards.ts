import { type CausedCard, MESSAGES_STREAM, type MessageEventType } from '@farmgate/contracts/message-events.ts'
import { gather } from '@farmgate/outbox/gather.ts'
import type { Outbox } from '@farmgate/outbox/outbox.ts'
import type { OutboxRow } from '@farmgate/outbox/rows.ts'
import type { Entry } from '@farmgate/streams/publish.ts'
import { shardOf } from '@farmgate/streams/shards.ts'
import { type CardRoom, cardOf } from './cards.ts'
import type { MessageRow } from './rows.ts'

/** Between two tellings at least: a room that talks all the time is told once for all that it said meanwhile. */
const REST_MS = 100
/** And for each card that was told: cards get a small share of the machine while some hundred rooms talk at once. */
const REST_PER_CARD_MS = 2
/** With more rooms than that the share grows: no telling waits longer than this. */
const MOST_REST_MS = 500
/** Bounds an entry: a card is some 400 bytes. */
const MOST_CARDS = 64
/** Batches whose cards may wait, 10,000 a second of the longest rest; beyond that the sweeper tells them. */
const MOST_WAITING = 5_000

/** A room as a batch left it, with its last message: its card is made only if no later batch is told for both. */
export type Changed = { room: CardRoom; last: MessageRow }

/** What a batch leaves to be told: the rooms whose cards it changed, and the rows that stand for all of it. */
type Batch = {
  changed: readonly Changed[]
  rows: readonly OutboxRow[]
  requestId: string
  /** Whether its frames got through: only then may its rows go. */
  sent: Promise<boolean>
}

export type CardTeller = {
  /** Its rows are left to the sweeper where too many batches wait. */
  tell(batch: Batch): void
  /** Resolves when what had been told so far has been handed to the outbox. */
  close(): Promise<void>
}

/**
 * Tells rooms-api the cards of batches, a room once for all of its batches that came together. Frames do not wait for
 * this; the outbox rows of a batch do, so that what a crash leaves untold is swept.
 */
export function startCardTeller(outbox: Outbox): CardTeller {
  let told = 0
  const waiting = gather<Batch>({
    most: MOST_WAITING,
    max: MOST_WAITING,
    restMs: () => restAfter(told),
    work: async (batches) => {
      const sent = await Promise.all(batches.map((batch) => batch.sent))
      const rowsOf = (wanted: boolean) => batches.flatMap(({ rows }, i) => (sent[i] === wanted ? rows : []))
      const cards = newestCards(batches)
      told = cards.length
      outbox.publish(cardEntries(cards), rowsOf(true))
      outbox.leave(rowsOf(false))
    },
  })
  return {
    tell(batch) {
      if (!waiting.add([batch])) outbox.leave(batch.rows)
    },
    close: waiting.idle,
  }
}

export const restAfter = (cards: number): number => Math.min(MOST_REST_MS, Math.max(REST_MS, REST_PER_CARD_MS * cards))

/** The newest card of each room. */
function newestCards(batches: readonly Batch[]): CausedCard[] {
  const newest = new Map<string, Changed & { requestId: string }>()
  for (const { changed, requestId } of batches) {
    for (const { room, last } of changed) {
      const known = newest.get(room.room_id)
      if (!known || known.room.card_rev < room.card_rev) newest.set(room.room_id, { room, last, requestId })
    }
  }
  return [...newest.values()].map(({ room, last, requestId }) => ({ ...cardOf(room, last), request_id: requestId }))
}

/** Cards in few entries. */
function cardEntries(cards: readonly CausedCard[]): Entry[] {
  const shards = Map.groupBy(cards, ({ room_id }) => shardOf(room_id))
  return [...shards.values()].flatMap((shard) => {
    const parts = Array.from({ length: Math.ceil(shard.length / MOST_CARDS) }, (_, i) => i * MOST_CARDS)
    return parts.map((at) => toEntry(shard.slice(at, at + MOST_CARDS)))
  })
}

const toEntry = (cards: readonly CausedCard[]): Entry => ({
  stream: MESSAGES_STREAM,
  subject: cards[0]?.room_id ?? '',
  fields: { type: 'cards.changed' satisfies MessageEventType, cards: JSON.stringify(cards) },
})
