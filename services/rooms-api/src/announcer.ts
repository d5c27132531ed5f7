import { INBOX_STREAM } from '@farmgate/contracts/inbox-events.ts'
import { ROOMS_STREAM, type RoomEvent, roomEntry } from '@farmgate/contracts/room-events.ts'
import type { Outbox } from '@farmgate/outbox/outbox.ts'
import type { OutboxRow } from '@farmgate/outbox/rows.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { Entry } from '@farmgate/streams/publish.ts'
import { and, asc, between, eq, or } from 'drizzle-orm'
import { type CardFrame, cardFrames } from './card-frames.ts'
import type { MessagesApi } from './messages-api.ts'
import { ofTopic } from './outbox-rows.ts'
import type { Told } from './record-change.ts'
import { type Orm, roomEvents } from './schema.ts'

/** Rooms whose cards are rendered by one statement. */
const MOST_CARDS = 500
/** Beyond this the sweeper tells them: memory stays bounded while Postgres is slow. */
const MOST_WAITING = 10_000

export type Announcer = ReturnType<typeof startAnnouncer>

/**
 * Tells what has just been committed: events as they are in hand, cards as they are now. Nobody waits for it; what it
 * does not get to is left in the outbox to the sweeper.
 */
export function startAnnouncer({ db, outbox, log }: { db: Database; outbox: Outbox; log: Log }) {
  let cards: OutboxRow[] = []
  let telling: Promise<void> | undefined

  // While one batch of cards is rendered the next one gathers: no timer, and a busy room is rendered once for many.
  async function tellCards() {
    while (cards.length > 0) {
      const rows = cards.splice(0, MOST_CARDS)
      try {
        outbox.publish(await cardEntries(db, rows), rows)
      } catch (error) {
        log.warn({ err: error, cards: rows.length }, 'announcer.cards_left_to_sweeper')
      }
    }
    telling = undefined
  }

  return {
    tell({ events, rows }: Told): void {
      if (rows.length === 0) return
      const [row] = ofTopic(rows, 'events')
      if (row) outbox.publish([storyEntry(row, events)], [row])
      cards = cards.concat(ofTopic(rows, 'card')).slice(0, MOST_WAITING)
      telling ??= tellCards()
    },
    /** Resolves when what had been told so far has been handed to the outbox. */
    async close(): Promise<void> {
      await telling
    },
  }
}

/** What outbox rows stand for, from the durable tables: for the sweeper. */
export const entriesOf =
  (db: Database, orm: Orm) =>
  async (rows: OutboxRow[]): Promise<Entry[]> => [
    ...(await storiesOf(db, orm, ofTopic(rows, 'events'))).map(({ row, events }) => storyEntry(row, events)),
    ...(await cardEntries(db, ofTopic(rows, 'card'))),
  ]

/** While Redis is away messages-api gets the events by hand. Cards wait: gateways ask for what changed. */
export const handOver =
  (db: Database, orm: Orm, messagesApi: MessagesApi) =>
  async (rows: OutboxRow[]): Promise<void> =>
    messagesApi.hear((await storiesOf(db, orm, ofTopic(rows, 'events'))).flatMap(({ events }) => events))

/** The part of its room's story that each row names, in order. */
async function storiesOf(db: Database, orm: Orm, rows: readonly OutboxRow[]) {
  if (rows.length === 0) return []
  const named = rows.map(({ subject, first_rev, last_rev }) =>
    and(eq(roomEvents.room_id, subject), between(roomEvents.event_no, first_rev, last_rev)),
  )
  const found = await db.run(() =>
    orm
      .select({ event: roomEvents.payload })
      .from(roomEvents)
      .where(or(...named))
      .orderBy(asc(roomEvents.event_no)),
  )
  const byRoom = Map.groupBy(
    found.map(({ event }) => event),
    ({ room_id }) => room_id,
  )
  return rows.map((row) => ({ row, events: (byRoom.get(row.subject) ?? []).filter(isOf(row)) }))
}

const isOf =
  ({ first_rev, last_rev }: OutboxRow) =>
  ({ event_no }: RoomEvent) =>
    first_rev <= event_no && event_no <= last_rev

async function cardEntries(db: Database, rows: readonly OutboxRow[]): Promise<Entry[]> {
  if (rows.length === 0) return []
  const roomIds = [...new Set(rows.map(({ subject }) => subject))]
  return (await db.run((sql) => cardFrames(sql, roomIds))).map(cardEntry)
}

/** One entry a transaction: what happened to a room together is heard together. */
const storyEntry = ({ subject, request_id }: OutboxRow, events: readonly RoomEvent[]): Entry => ({
  stream: ROOMS_STREAM,
  subject,
  fields: roomEntry(events, request_id),
})

const cardEntry = ({ user_id, room_id, frame }: CardFrame): Entry => ({
  stream: INBOX_STREAM,
  subject: user_id,
  fields: { type: 'room.updated', user_id, room_id, frame },
})
