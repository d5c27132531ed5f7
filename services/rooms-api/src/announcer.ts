import { INBOX_STREAM } from '@farmgate/contracts/inbox-events.ts'
import { ROOMS_STREAM, type RoomEvent } from '@farmgate/contracts/room-events.ts'
import type { Outbox } from '@farmgate/outbox/outbox.ts'
import type { OutboxRow } from '@farmgate/outbox/rows.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { Entry } from '@farmgate/streams/publish.ts'
import { and, asc, eq, gte, lte, or } from 'drizzle-orm'
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
      const ofEvents = ofTopic(rows, 'events')
      if (ofEvents.length > 0)
        outbox.publish(
          events.map((event) => eventEntry(event, ofEvents[0]?.request_id)),
          ofEvents,
        )
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
    ...(await eventsOf(db, orm, ofTopic(rows, 'events'))).map((event) => eventEntry(event)),
    ...(await cardEntries(db, ofTopic(rows, 'card'))),
  ]

/** While Redis is away messages-api gets the events by hand. Cards wait: gateways ask for what changed. */
export const handOver =
  (db: Database, orm: Orm, messagesApi: MessagesApi) =>
  async (rows: OutboxRow[]): Promise<void> =>
    messagesApi.hear(await eventsOf(db, orm, ofTopic(rows, 'events')))

async function eventsOf(db: Database, orm: Orm, rows: readonly OutboxRow[]): Promise<RoomEvent[]> {
  if (rows.length === 0) return []
  const named = rows.map(({ subject, first_rev, last_rev }) =>
    and(eq(roomEvents.room_id, subject), gte(roomEvents.event_no, first_rev), lte(roomEvents.event_no, last_rev)),
  )
  const found = await db.run(() =>
    orm
      .select({ payload: roomEvents.payload })
      .from(roomEvents)
      .where(or(...named))
      .orderBy(asc(roomEvents.room_id), asc(roomEvents.event_no)),
  )
  return found.map(({ payload }) => payload)
}

async function cardEntries(db: Database, rows: readonly OutboxRow[]): Promise<Entry[]> {
  if (rows.length === 0) return []
  const roomIds = [...new Set(rows.map(({ subject }) => subject))]
  return (await db.run((sql) => cardFrames(sql, roomIds))).map(cardEntry)
}

const eventEntry = (event: RoomEvent, requestId = ''): Entry => ({
  stream: ROOMS_STREAM,
  subject: event.room_id,
  fields: { type: event.type, event: JSON.stringify(event), request_id: requestId },
})

const cardEntry = ({ user_id, frame }: CardFrame): Entry => ({
  stream: INBOX_STREAM,
  subject: user_id,
  fields: { type: 'room.updated', user_id, frame },
})
