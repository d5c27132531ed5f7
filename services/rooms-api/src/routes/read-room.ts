import { room, roomPath } from '@farmgate/contracts/rooms.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { type Freshening, readFresh } from '../fresh-cards.ts'
import { asParty, readRoom as readStored, seenBy } from '../stored-room.ts'

const schema = {
  tags: ['rooms'],
  summary: 'One room',
  params: roomPath,
  response: { 200: room, ...problems('unknown_room') },
}

/** GET /chat/rooms/{room_id}/ — for its two parties; 404 for everybody else. */
export function readRoom(app: App, held: Freshening): void {
  app.get('/chat/rooms/:room_id/', { schema }, async ({ params, user }) => {
    const read = async () => asParty(await held.db.run((sql) => readStored(sql, params.room_id)), user).room
    return seenBy(await readFresh(held, read, (room) => [room]), user.id)
  })
}
