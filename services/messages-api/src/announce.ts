import { type Card, MESSAGES_STREAM, type MessageEventType } from '@farmgate/contracts/message-events.ts'
import type { OutboxRow } from '@farmgate/outbox/rows.ts'
import type { Database, Sql } from '@farmgate/postgres/database.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import type { InternalClient } from '@farmgate/service-kit/internal-client.ts'
import type { Entry } from '@farmgate/streams/publish.ts'
import { cardOf, cardsOf } from './cards.ts'
import { changesOf } from './changes.ts'
import type { Held } from './held.ts'
import type { SignUrls } from './images/signed-urls.ts'
import { changesRow, roomsOf } from './outbox-rows.ts'
import { changeFrame, type RenderedChange, readFrame } from './rendering.ts'
import type { Party, RoomRow } from './rows.ts'
import type { Told } from './story.ts'

/*
 * What messages-api says on its streams. The writer renders its entries from what it has in hand; the sweeper renders what
 * a crash left behind from the tables, here: outbox-rows.ts says what a row refers to.
 */

export const changeEntry = (
  change: RenderedChange,
  card: Card | null,
  requestId: string,
  traceparent?: string,
): Entry => ({
  stream: MESSAGES_STREAM,
  subject: change.room_id,
  fields: {
    type: `message.${change.change}` satisfies MessageEventType,
    room_id: change.room_id,
    rev: String(change.rev),
    frame: change.frame,
    card: card ? JSON.stringify(card) : '',
    request_id: requestId,
    ...(traceparent !== undefined && { traceparent }),
  },
})

export const readEntry = (room: RoomRow, party: Party, card: Card | null, requestId: string): Entry => ({
  stream: MESSAGES_STREAM,
  subject: room.room_id,
  fields: {
    type: 'read.moved' satisfies MessageEventType,
    room_id: room.room_id,
    user_id: room[`${party}_id`],
    seq: String(room[`${party}_seq`]),
    frame: readFrame(room, party),
    card: card ? JSON.stringify(card) : '',
    request_id: requestId,
  },
})

/** How messages-api's outbox publishes, and how its facts travel while Redis is away: cards go to rooms-api by hand. */
export const sayChanges = (db: Database, rooms: InternalClient, sign: SignUrls) => ({
  sql: db.sql,
  table: 'messages.outbox',
  mostSwept: MOST_SWEPT,
  entriesOf: (rows: readonly OutboxRow[]) => entriesOf(db.sql, sign, rows),
  isTransient: isDependencyAway,
  whenAway: async (rows: readonly OutboxRow[]) => {
    const roomIds = [...new Set(rows.flatMap(roomsOf).map(({ room_id }) => room_id))]
    for (let at = 0; at < roomIds.length; at += MOST_CARDS) {
      const cards = await cardsOf(db.sql, roomIds.slice(at, at + MOST_CARDS))
      await rooms.post('/internal/rooms/cards/', { cards }, { deadlineMs: HAND_OVER_DEADLINE_MS })
    }
  },
})

const HAND_OVER_DEADLINE_MS = 2_000
/** A row of a batch stands for up to 500 messages: some 15 MB at a time, and well within a sweeper's turn. */
const MOST_SWEPT = 50
/** As many cards as rooms-api takes at once: a row of a batch stands for many rooms. */
const MOST_CARDS = 1_000

/** Entries for outbox rows that were not published at once. Cards and markers are as they are now: later is as good. */
async function entriesOf(sql: Sql, sign: SignUrls, rows: readonly OutboxRow[]): Promise<Entry[]> {
  const named = rows.flatMap(roomsOf)
  const rooms = [...new Set(named.map(({ room_id }) => room_id))]
  const cards = new Map((await cardsOf(sql, rooms)).map((card) => [card.room_id, card]))
  const { read = [], changed = [] } = Object.groupBy(named, ({ row }) => (row.topic === 'read' ? 'read' : 'changed'))
  const changes = await changesOf(sql, sign, changed)
  const entries = changes.flatMap((change) => {
    const of = changed[change.asked]
    if (!of) return []
    const card = change.rev === of.last ? (cards.get(change.room_id) ?? null) : null
    return [changeEntry(change, card, of.row.request_id)]
  })
  for (const { row, room_id } of read) entries.push(...(await readEntries(sql, row, cards.get(room_id) ?? null)))
  return entries
}

async function readEntries(sql: Sql, row: OutboxRow, card: Card | null): Promise<Entry[]> {
  const [room] = await sql<RoomRow[]>`select * from messages.rooms where room_id = ${row.subject}`
  if (!room) return []
  return row.detail.split(',').map((party) => readEntry(room, party as Party, card, row.request_id))
}

/** The messages that events caused in a room, and their outbox row where there is one. */
export type ToldStory = { told: Told; box: string | null | undefined; requestId: string; isForeseen?: boolean }

/**
 * Publishes the messages that room events caused, those of all these rooms at once. `isForeseen`: rooms-api has written
 * the card with the events themselves, so it need not be told.
 */
export function announceStories(held: Held, stories: readonly ToldStory[]): void {
  const boxed = stories.filter(({ box, told }) => box && told.messages.length > 0)
  if (boxed.length === 0) return
  held.outbox.publish(
    boxed.flatMap((story) => storyEntries(held.images.urls.sign, story)),
    boxed.map(({ box, told: { room, messages }, requestId }) =>
      changesRow(box ?? '', room.room_id, messages[0]?.rev ?? room.rev, room.rev, requestId),
    ),
  )
}

const storyEntries = (
  sign: SignUrls,
  { told: { room, messages }, requestId, isForeseen = false }: ToldStory,
): Entry[] =>
  messages.map((message) => {
    const frame = changeFrame(sign, 'created', message, 0)
    const change: RenderedChange = { room_id: room.room_id, rev: message.rev, change: 'created', frame }
    return changeEntry(change, message === messages.at(-1) && !isForeseen ? cardOf(room, message) : null, requestId)
  })
