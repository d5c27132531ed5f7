import { editMessageBody, message, messagePath } from '@farmgate/contracts/messages.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { callerOf } from '../caller.ts'
import { editMessage as edit } from '../change-message.ts'
import type { Held } from '../held.ts'
import { toMessage } from '../rendering.ts'

/** PATCH /chat/messages/{message_id}/ — its sender changes the body of a text message, within 15 minutes. */
export function editMessage(app: App, held: Held) {
  const schema = {
    summary: 'Edit a message',
    params: messagePath,
    body: editMessageBody,
    response: {
      200: message,
      ...problems(
        'forbidden',
        'not_the_sender',
        'system_message',
        'unknown_message',
        'edit_window_over',
        'message_deleted',
      ),
    },
  }
  app.patch('/chat/messages/:message_id/', { schema }, async (request) => {
    const command = { ...request.params, ...request.body, sender_id: callerOf(request.user) }
    const { row, readerSeq } = await edit(held, command, request.id)
    return toMessage(held.images.urls.sign, row, readerSeq)
  })
}
