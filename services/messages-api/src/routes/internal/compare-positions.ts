import { positionsBody as body, type RoomPosition } from '@farmgate/contracts/internal-messages.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import type { Held } from '../../held.ts'
import { findRooms } from '../../history.ts'

/** POST /internal/messages/positions/ — where rooms stand, for a gateway that does not trust silence. */
export function comparePositions(app: App, held: Held) {
  app.post('/internal/messages/positions/', { schema: { body }, bodyLimit: BATCH_BYTES }, async (request) => {
    const rooms = await held.db.run((sql) => findRooms(sql, request.body.room_ids))
    const positions = rooms.map(
      (room): RoomPosition => ({
        room_id: room.room_id,
        rev: room.rev,
        read: { customer_seq: room.customer_seq, farmer_seq: room.farmer_seq },
        read_at: {
          customer: room.customer_read_at?.toISOString() ?? null,
          farmer: room.farmer_read_at?.toISOString() ?? null,
        },
      }),
    )
    return { positions }
  })
}

/** 5,000 room ids. */
const BATCH_BYTES = 256 * 1024
