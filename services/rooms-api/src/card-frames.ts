import type { CardFrame } from '@farmgate/contracts/inbox-events.ts'
import type { inboxChangesAnswer, inboxChangesBody } from '@farmgate/contracts/internal-rooms.ts'
import type { Room } from '@farmgate/contracts/rooms.ts'
import type { Sql } from '@farmgate/postgres/database.ts'
import type { ISql } from 'postgres'
import type { z } from 'zod'
import { cardColumns, cardJoins, type RoomRow, type StoredRoom, seenBy, toStoredRoom } from './stored-room.ts'

/** The cards of these rooms, for both parties of each: present ones, but for those that the caller has in hand. */
export async function cardFrames(
  sql: Sql,
  roomIds: readonly string[],
  inHand: ReadonlyMap<string, StoredRoom>,
): Promise<CardFrame[]> {
  const asked = roomIds.filter((id) => !inHand.has(id))
  const read = asked.length > 0 ? await readRooms(sql, asked) : []
  return framesOf(sql, [...inHand.values(), ...read], () => true)
}

async function readRooms(sql: Sql, roomIds: readonly string[]): Promise<StoredRoom[]> {
  const rows = await sql<RoomRow[]>`
    select ${cardColumns(sql)} from rooms.rooms r ${cardJoins(sql)} where r.room_id = any(${roomIds}::uuid[])`
  return rows.map(toStoredRoom)
}

/**
 * A page of the cards that changed at or after `since`, for these users, in the order in which they changed, and where
 * the next one begins. Times are taken before the commit: ask for a few seconds more than you missed.
 */
export async function changedCardFrames(sql: Sql, asked: z.output<typeof inboxChangesBody>): Promise<Changes> {
  const { user_ids, since, after, limit } = asked
  const behind = after
    ? sql`(r.card_changed_at, r.room_id) > (${after.at}::timestamptz, ${after.room_id}::uuid)`
    : sql`r.card_changed_at >= ${since}`
  const rows = await sql<(RoomRow & { changed_ms: number })[]>`
    select ${cardColumns(sql)}, (extract(epoch from r.card_changed_at) * 1000)::float8 as changed_ms
    from rooms.rooms r ${cardJoins(sql)}
    where ${behind} and (r.customer_id = any(${user_ids}::text[]) or r.farmer_id = any(${user_ids}::text[]))
    order by r.card_changed_at, r.room_id limit ${limit + 1}`
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  const users = new Set(user_ids)
  const changes = await framesOf(sql, page.map(toStoredRoom), (userId) => users.has(userId))
  return { changes, ...(last && { next: { at: new Date(last.changed_ms).toISOString(), room_id: last.room_id } }) }
}

type Changes = z.input<typeof inboxChangesAnswer>

async function framesOf(
  sql: Sql,
  rooms: readonly StoredRoom[],
  wanted: (userId: string) => boolean,
): Promise<CardFrame[]> {
  const totals = await totalsUnread(sql, new Set(rooms.flatMap(partiesOf).filter(wanted)))
  return rooms.flatMap((room) =>
    partiesOf(room)
      .filter(wanted)
      .map((userId) => toFrame(seenBy(room, userId), userId, totals.get(userId) ?? 0)),
  )
}

const partiesOf = (room: StoredRoom) => [room.customer_id, room.farmer_id]

const toFrame = (room: Room, user_id: string, total_unread: number): CardFrame => ({
  room_id: room.room_id,
  user_id,
  frame: JSON.stringify({ type: 'room.updated', room, total_unread }),
})

/** Over all rooms of each user, in both roles. A user of whom nothing is kept has nothing unread. */
async function totalsUnread(sql: Sql, userIds: ReadonlySet<string>): Promise<Map<string, number>> {
  const rows = await sql<{ user_id: string; total: number }[]>`
    select user_id, total::float8 as total from rooms.unread_totals where user_id = any(${[...userIds]}::text[])`
  return new Map(rows.map(({ user_id, total }) => [user_id, total]))
}

/** An expression: what is unread for the user. */
export const totalUnread = (sql: ISql, userId: string) => sql`
  coalesce((select total from rooms.unread_totals where user_id = ${userId}), 0)::float8`
