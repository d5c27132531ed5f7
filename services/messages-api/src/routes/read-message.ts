import { message, messagePath } from '@farmgate/contracts/messages.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { callerOf } from '../caller.ts'
import type { Held } from '../held.ts'
import { messagesById } from '../history.ts'
import { toMessage } from '../rendering.ts'
import { partyOf, readerSeq } from '../rows.ts'

/** GET /chat/messages/{message_id}/ — one message, to a party of its room. */
export function readMessage(app: App, held: Held) {
  const schema = {
    summary: 'Read one message',
    params: messagePath,
    response: { 200: message, ...problems('forbidden', 'unknown_message') },
  }
  app.get('/chat/messages/:message_id/', { schema }, async (request) => {
    const user = callerOf(request.user)
    const [row] = await held.db.run((sql) => messagesById(sql, [request.params.message_id]))
    if (!row || !partyOf(row, user)) throw new Refusal('unknown_message')
    return toMessage(held.images.urls.sign, row, readerSeq(row, row.sender_id))
  })
}
