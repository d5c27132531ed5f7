import type { RoomEvent } from '@farmgate/contracts/room-events.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import { integer, json, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/postgres-js'

/* The tables that the query builder reads and writes; migrations/ is their source. README: two ways to speak SQL. */

const schema = pgSchema('rooms')

export const users = schema.table('users', {
  user_id: text().primaryKey(),
  name: text(),
  claimed_name: text(),
  avatar_url: text(),
})

export const products = schema.table('products', {
  product_id: text().primaryKey(),
  farmer_id: text().notNull(),
  name: text().notNull(),
  unit: text(),
  image_url: text(),
})

export const rooms = schema.table('rooms', {
  room_id: uuid().primaryKey(),
  event_no: integer().notNull(),
})

export const roomEvents = schema.table(
  'room_events',
  {
    room_id: uuid().notNull(),
    event_no: integer().notNull(),
    type: text().$type<RoomEvent['type']>().notNull(),
    payload: json().$type<RoomEvent>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.room_id, table.event_no] })],
)

/** The query builder over the service's one pool. Ask it inside `db.run`, which bounds what waits. */
export const openOrm = (db: Database) => drizzle(db.sql)
export type Orm = ReturnType<typeof openOrm>
