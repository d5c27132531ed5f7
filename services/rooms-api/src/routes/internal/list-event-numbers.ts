import { eventNumbersBody } from '@farmgate/contracts/internal-rooms.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { asc, gt } from 'drizzle-orm'
import { type Orm, rooms } from '../../schema.ts'

/** POST /internal/rooms/event-numbers/ — how far each room's story goes, a page at a time by room id. */
export function listEventNumbers(app: App, db: Database, orm: Orm): void {
  app.post('/internal/rooms/event-numbers/', { schema: { body: eventNumbersBody } }, async ({ body }) => {
    const page = await db.run(() =>
      orm
        .select({ room_id: rooms.room_id, event_no: rooms.event_no })
        .from(rooms)
        .where(body.after === undefined ? undefined : gt(rooms.room_id, body.after))
        .orderBy(asc(rooms.room_id))
        .limit(body.limit),
    )
    return { rooms: page }
  })
}
