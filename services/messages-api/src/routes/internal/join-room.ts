import { joinBody as body, type JoinAnswer } from '@farmgate/contracts/internal-messages.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import type { Held } from '../../held.ts'
import { findRoom } from '../../history.ts'
import { knownRoom } from '../../known-room.ts'

/** POST /internal/messages/join/ — may this user watch this room, and where does it stand? */
export function joinRoom(app: App, held: Held) {
  app.post('/internal/messages/join/', { schema: { body } }, async (request): Promise<JoinAnswer> => {
    const ask = { ...request.body, requestId: request.id }
    const { room } = await knownRoom(held, ask, () => held.db.run((sql) => findRoom(sql, ask.room_id)))
    return {
      room_id: room.room_id,
      customer_id: room.customer_id,
      farmer_id: room.farmer_id,
      last_seq: room.last_seq,
      rev: room.rev,
      read: { customer_seq: room.customer_seq, farmer_seq: room.farmer_seq },
      order_status: room.order_status,
    }
  })
}
