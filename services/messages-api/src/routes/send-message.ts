import { message, sendMessageBody } from '@farmgate/contracts/messages.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { append } from '../append.ts'
import { callerOf } from '../caller.ts'
import type { Held } from '../held.ts'
import { toMessage } from '../rendering.ts'

/** POST /chat/messages/ — a party says something; the same client_message_id again says it once. */
export function sendMessage(app: App, held: Held) {
  const schema = {
    summary: 'Send a message',
    body: sendMessageBody,
    response: {
      200: message.describe('The message that was sent under this client_message_id before'),
      201: message,
      ...problems('forbidden', 'unknown_room', 'unknown_image', 'image_used'),
    },
  }
  app.post('/chat/messages/', { schema }, async (request, reply) => {
    const sender_id = callerOf(request.user)
    const { client_message_id = null, ...content } = request.body
    const traceparent = held.trace.current()?.traceparent
    const send = { ...content, client_message_id, sender_id, traceparent }
    const [appended] = await append(held, [send], request.id)
    if (!appended) throw new Error('a send was not answered')
    if (appended.outcome === 'refused') throw appended.refusal
    reply.code(appended.outcome === 'stored' ? 201 : 200)
    return toMessage(held.images.urls.sign, appended.row, appended.readerSeq)
  })
}
