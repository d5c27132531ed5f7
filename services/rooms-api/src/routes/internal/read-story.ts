import { storyBody } from '@farmgate/contracts/internal-rooms.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { and, asc, eq, gt } from 'drizzle-orm'
import { type Orm, roomEvents, rooms } from '../../schema.ts'

/** POST /internal/rooms/story/ — the events of a room above `after`, in order; 404 `unknown_room`. */
export function readStory(app: App, db: Database, orm: Orm): void {
  app.post('/internal/rooms/story/', { schema: { body: storyBody } }, async ({ body: { room_id, after } }) => {
    const rows = await db.run(() =>
      orm
        .select({ payload: roomEvents.payload })
        .from(rooms)
        .leftJoin(roomEvents, and(eq(roomEvents.room_id, rooms.room_id), gt(roomEvents.event_no, after)))
        .where(eq(rooms.room_id, room_id))
        .orderBy(asc(roomEvents.event_no)),
    )
    // A room that is there gives at least one row, without an event where none is above `after`.
    if (rows.length === 0) throw new Refusal('unknown_room')
    return { events: rows.flatMap(({ payload }) => payload ?? []) }
  })
}
