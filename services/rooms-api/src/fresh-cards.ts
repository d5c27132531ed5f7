import type { Database } from '@farmgate/postgres/database.ts'
import type { Announcer } from './announcer.ts'
import { applyCards } from './cards.ts'
import type { MessagesApi } from './messages-api.ts'
import type { StoredRoom } from './stored-room.ts'

export type Freshening = { db: Database; announcer: Announcer; messagesApi: MessagesApi }

/**
 * Reads rooms so that they show what messages-api has acknowledged by now: a message sent or read is in its sender's
 * next chat list, however far the stream is. Where a card of ours is behind it is written, and `read` runs once more.
 * Where messages-api does not answer at once, what we have is shown: it is late by what the stream is late.
 */
export async function readFresh<T>(held: Freshening, read: () => Promise<T>, roomsOf: (found: T) => StoredRoom[]) {
  const found = await read()
  const rooms = roomsOf(found)
  const cards = await held.messagesApi.cardsNow(rooms.map((room) => room.room_id))
  const revs = new Map(rooms.map((room) => [room.room_id, room.card_rev]))
  const newer = cards.filter((card) => card.card_rev > (revs.get(card.room_id) ?? 0))
  if (newer.length === 0) return found
  const rows = await held.db.run((sql) => applyCards(sql, newer))
  held.announcer.tell({ events: [], rows })
  return read()
}
