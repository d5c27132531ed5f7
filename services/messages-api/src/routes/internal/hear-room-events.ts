import { roomEventsBody as body } from '@farmgate/contracts/internal-messages.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import type { Held } from '../../held.ts'
import { applyRoomEvents } from '../../room-story.ts'

/** POST /internal/messages/room-events/ — room events by hand, while Redis is away or when an answer must not wait. */
export function hearRoomEvents(app: App, held: Held) {
  app.post('/internal/messages/room-events/', { schema: { body }, bodyLimit: BATCH_BYTES }, async (request, reply) => {
    await applyRoomEvents(held, request.body.events, () => request.id)
    return reply.code(204).send()
  })
}

/** 500 events with their first messages. */
const BATCH_BYTES = 4 * 1024 * 1024
