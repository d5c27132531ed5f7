import { messagePath } from '@farmgate/contracts/messages.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { z } from 'zod'
import { callerOf } from '../caller.ts'
import { deleteMessage as erase } from '../change-message.ts'
import type { Held } from '../held.ts'

/** DELETE /chat/messages/{message_id}/ — its sender leaves a tombstone; again changes nothing. */
export function deleteMessage(app: App, held: Held) {
  const schema = {
    summary: 'Delete a message',
    params: messagePath,
    response: {
      204: z.null().describe('A tombstone stands at its seq'),
      ...problems('forbidden', 'not_the_sender', 'system_message', 'unknown_message'),
    },
  }
  app.delete('/chat/messages/:message_id/', { schema }, async (request, reply) => {
    await erase(held, { ...request.params, sender_id: callerOf(request.user) }, request.id)
    return reply.code(204).send(null)
  })
}
