import { type CardFrame, INBOX_STREAM, updatedFields } from '@farmgate/contracts/inbox-events.ts'
import { ROOMS_STREAM, type RoomEvent, roomEntry } from '@farmgate/contracts/room-events.ts'
import { gather } from '@farmgate/outbox/gather.ts'
import type { Outbox } from '@farmgate/outbox/outbox.ts'
import type { OutboxRow } from '@farmgate/outbox/rows.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { Entry } from '@farmgate/streams/publish.ts'
import { shardOf } from '@farmgate/streams/shards.ts'
import { cardFrames } from './card-frames.ts'
import type { MessagesApi } from './messages-api.ts'
import { hasEvents, type Named, roomsOf } from './outbox-rows.ts'
import type { Told } from './record-change.ts'
import type { StoredRoom } from './stored-room.ts'

/** Statements whose cards are rendered by one more: each may have changed some hundred rooms. */
const MOST_TOLD = 16
/** Between two tellings: what is alone is told at once, under load ten checkouts and more share a question and a flush. */
const REST_MS = 25
/** Bounds an entry: a card is some 1 KB. */
const MOST_CARDS = 64
/** Beyond this the sweeper tells them: memory stays bounded while Postgres is slow. */
const MOST_WAITING = 1_000

export type Announcer = ReturnType<typeof startAnnouncer>

/**
 * Tells what has just been committed: events as they are in hand, cards as they are now. Nobody waits for it; what it
 * does not get to is left in the outbox to the sweeper.
 */
export function startAnnouncer({ db, outbox, log }: { db: Database; outbox: Outbox; log: Log }) {
  // While one batch of cards is rendered the next one gathers: a busy room is rendered once for many.
  const told = gather<Told>({
    most: MOST_TOLD,
    max: MOST_WAITING,
    restMs: () => REST_MS,
    work: async (batch) => {
      const rows = batch.flatMap((one) => one.rows)
      const named = rows.flatMap(roomsOf)
      const stories = storyEntries(
        batch.flatMap((one) => one.events),
        named,
      )
      const opened = batch.flatMap((one) => one.opened ?? [])
      try {
        outbox.publish([...stories, ...(await cardEntries(db, named, opened))], rows)
      } catch (error) {
        log.warn({ err: error, rows: rows.length }, 'announcer.left_to_sweeper')
      }
    },
  })

  return {
    tell(one: Told): void {
      if (one.rows.length > 0) told.add([one])
    },
    /** Resolves when what had been told so far has been handed to the outbox. */
    close: told.idle,
  }
}

/** What outbox rows stand for, from the durable tables: for the sweeper. */
export const entriesOf =
  (db: Database) =>
  async (rows: OutboxRow[]): Promise<Entry[]> => {
    const named = rows.flatMap(roomsOf)
    return [...storyEntries(await eventsOf(db, named), named), ...(await cardEntries(db, named))]
  }

/** While Redis is away messages-api gets the events by hand. Cards wait: gateways ask for what changed. */
export const handOver =
  (db: Database, messagesApi: MessagesApi) =>
  async (rows: OutboxRow[]): Promise<void> =>
    messagesApi.hear(await eventsOf(db, rows.flatMap(roomsOf)))

/** The events that rows name, in order. */
async function eventsOf(db: Database, named: readonly Named[]): Promise<RoomEvent[]> {
  const eventful = named.filter(hasEvents)
  if (eventful.length === 0) return []
  const column = <Name extends keyof Named>(name: Name) => eventful.map((room) => room[name])
  const found = await db.run(
    (sql) => sql<{ event: RoomEvent }[]>`
      select e.payload as event
      from unnest(${column('room_id')}::uuid[], ${column('first')}::int[], ${column('last')}::int[])
        as named (room_id, first, last)
      join rooms.room_events e on e.room_id = named.room_id and e.event_no between named.first and named.last
      order by e.room_id, e.event_no`,
  )
  return found.map(({ event }) => event)
}

/** An entry for each room that a row names: what a transaction did to a room is heard together. */
function storyEntries(events: readonly RoomEvent[], named: readonly Named[]): Entry[] {
  const byRoom = Map.groupBy(events, (event) => event.room_id)
  return named.filter(hasEvents).flatMap(({ room_id, first, last, request_id }) => {
    const story = (byRoom.get(room_id) ?? []).filter(({ event_no }) => event_no >= first && event_no <= last)
    return story.length > 0 ? [{ stream: ROOMS_STREAM, subject: room_id, fields: roomEntry(story, request_id) }] : []
  })
}

/** The card of a room that several requests changed bears the name of the last, and is read. */
async function cardEntries(
  db: Database,
  named: readonly Named[],
  opened: readonly StoredRoom[] = [],
): Promise<Entry[]> {
  if (named.length === 0) return []
  const requestIds = new Map(named.map(({ room_id, request_id }) => [room_id, request_id]))
  const inHand = new Map(opened.map((room) => [room.room_id, room]))
  for (const { room_id, row } of named) if (row.topic !== 'opened') inHand.delete(room_id)
  const frames = await db.run((sql) => cardFrames(sql, [...requestIds.keys()], inHand))
  const cards = frames.map((card) => ({ ...card, request_id: requestIds.get(card.room_id) ?? '' }))
  return [...Map.groupBy(cards, ({ user_id }) => shardOf(user_id)).values()].flatMap(sharedEntries)
}

function sharedEntries(cards: readonly (CardFrame & { request_id: string })[]): Entry[] {
  const entries: Entry[] = []
  for (let at = 0; at < cards.length; at += MOST_CARDS) {
    const part = cards.slice(at, at + MOST_CARDS)
    entries.push({ stream: INBOX_STREAM, subject: part[0]?.user_id ?? '', fields: updatedFields(part) })
  }
  return entries
}
