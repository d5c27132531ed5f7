import { rebuildCardsBody } from '@farmgate/contracts/internal-rooms.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import type { Announcer } from '../../announcer.ts'
import { applyCards } from '../../cards.ts'
import type { MessagesApi } from '../../messages-api.ts'

type Holds = { db: Database; messagesApi: MessagesApi; announcer: Announcer }

/**
 * POST /internal/cards/rebuild/ — writes the card of one room, or of a page of all by room id, anew from messages-api,
 * whatever stands in it. Answers how many were written and where the next page begins; 404 `unknown_room`.
 */
export function rebuildCards(app: App, holds: Holds): void {
  app.post('/internal/cards/rebuild/', { schema: { body: rebuildCardsBody } }, async ({ body }) => {
    const { room_id, after, limit } = body
    const asked: Page = room_id === undefined ? await pageOfRooms(holds.db, after, limit) : { roomIds: [room_id] }
    const rooms = await distrust(holds.db, asked.roomIds)
    if (room_id !== undefined && rooms.length === 0) throw new Refusal('unknown_room')
    return { rooms: await rebuild(holds, rooms), next: asked.next }
  })
}

/** What these rooms show yields to any card from now on. Before the fetch: what is fetched is newer than the distrust. */
const distrust = async (db: Database, roomIds: string[]): Promise<string[]> => {
  const rows = await db.run(
    (sql) => sql<{ room_id: string }[]>`
      with locked as (
        select room_id from rooms.rooms where room_id = any(${roomIds}::uuid[]) order by room_id for update
      ), distrusted as (
        update rooms.rooms r set card_rev = 0 from locked where r.room_id = locked.room_id returning r.room_id
      )
      select room_id from distrusted order by room_id`,
  )
  return rows.map(({ room_id }) => room_id)
}

type Page = { roomIds: string[]; next?: string | undefined }

async function pageOfRooms(db: Database, after: string | undefined, limit: number): Promise<Page> {
  const rows = await db.run(
    (sql) => sql<{ room_id: string }[]>`
      select room_id from rooms.rooms ${after === undefined ? sql`` : sql`where room_id > ${after}`}
      order by room_id limit ${limit + 1}`,
  )
  const roomIds = rows.slice(0, limit).map(({ room_id }) => room_id)
  return { roomIds, next: rows.length > limit ? roomIds.at(-1) : undefined }
}

async function rebuild({ db, messagesApi, announcer }: Holds, roomIds: string[]): Promise<number> {
  const cards = await messagesApi.cards({ room_ids: roomIds })
  const rows = await db.run((sql) => applyCards(sql, cards))
  announcer.tell({ events: [], rows })
  return rows.length
}
