import { INBOX_STREAM } from '@farmgate/contracts/inbox-events.ts'
import { ROOMS_STREAM, type RoomEvent, roomEntry } from '@farmgate/contracts/room-events.ts'
import { gather } from '@farmgate/outbox/gather.ts'
import type { Outbox } from '@farmgate/outbox/outbox.ts'
import type { OutboxRow } from '@farmgate/outbox/rows.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { Entry } from '@farmgate/streams/publish.ts'
import { type CardFrame, cardFrames } from './card-frames.ts'
import type { MessagesApi } from './messages-api.ts'
import { ofTopic } from './outbox-rows.ts'
import type { Told } from './record-change.ts'

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
  // While one batch of cards is rendered the next one gathers: a busy room is rendered once for many.
  const cards = gather<OutboxRow>({
    most: MOST_CARDS,
    max: MOST_WAITING,
    work: async (rows) => {
      try {
        outbox.publish(await cardEntries(db, rows), rows)
      } catch (error) {
        log.warn({ err: error, cards: rows.length }, 'announcer.cards_left_to_sweeper')
      }
    },
  })

  return {
    tell({ events, rows }: Told): void {
      const [row] = ofTopic(rows, 'events')
      if (row) outbox.publish([storyEntry(row, events)], [row])
      cards.add(ofTopic(rows, 'card'))
    },
    /** Resolves when what had been told so far has been handed to the outbox. */
    close: cards.idle,
  }
}

/** What outbox rows stand for, from the durable tables: for the sweeper. */
export const entriesOf =
  (db: Database) =>
  async (rows: OutboxRow[]): Promise<Entry[]> => [
    ...(await storiesOf(db, ofTopic(rows, 'events'))).map(({ row, events }) => storyEntry(row, events)),
    ...(await cardEntries(db, ofTopic(rows, 'card'))),
  ]

/** While Redis is away messages-api gets the events by hand. Cards wait: gateways ask for what changed. */
export const handOver =
  (db: Database, messagesApi: MessagesApi) =>
  async (rows: OutboxRow[]): Promise<void> =>
    messagesApi.hear((await storiesOf(db, ofTopic(rows, 'events'))).flatMap(({ events }) => events))

/** The part of its room's story that each row names, in order. */
async function storiesOf(db: Database, rows: readonly OutboxRow[]) {
  if (rows.length === 0) return []
  const column = <Name extends keyof OutboxRow>(name: Name) => rows.map((row) => row[name])
  const found = await db.run(
    (sql) => sql<{ id: string; event: RoomEvent }[]>`
      select named.id, e.payload as event
      from unnest(
        ${column('id')}::text[], ${column('subject')}::uuid[], ${column('first_rev')}::int[], ${column('last_rev')}::int[]
      ) as named (id, room_id, first_rev, last_rev)
      join rooms.room_events e on e.room_id = named.room_id and e.event_no between named.first_rev and named.last_rev
      order by e.event_no`,
  )
  const byRow = Map.groupBy(found, ({ id }) => id)
  return rows.map((row) => ({ row, events: (byRow.get(row.id) ?? []).map(({ event }) => event) }))
}

/** The card of a room that several requests changed bears the name of the last. */
async function cardEntries(db: Database, rows: readonly OutboxRow[]): Promise<Entry[]> {
  if (rows.length === 0) return []
  const requestIds = new Map(rows.map(({ subject, request_id }) => [subject, request_id]))
  const frames = await db.run((sql) => cardFrames(sql, [...requestIds.keys()]))
  return frames.map((card) => cardEntry(card, requestIds.get(card.room_id) ?? ''))
}

/** One entry a transaction: what happened to a room together is heard together. */
const storyEntry = ({ subject, request_id }: OutboxRow, events: readonly RoomEvent[]): Entry => ({
  stream: ROOMS_STREAM,
  subject,
  fields: roomEntry(events, request_id),
})

const cardEntry = (card: CardFrame, requestId: string): Entry => ({
  stream: INBOX_STREAM,
  subject: card.user_id,
  fields: { type: 'room.updated', ...card, request_id: requestId },
})
