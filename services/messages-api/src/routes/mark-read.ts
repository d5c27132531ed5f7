import { markReadAnswer, markReadBody } from '@farmgate/contracts/messages.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { callerOf } from '../caller.ts'
import type { Held } from '../held.ts'
import { markRead as mark } from '../read-markers.ts'

/** POST /chat/messages/read/ — the caller has read up to a message: never back, never past the last. */
export function markRead(app: App, held: Held) {
  const schema = {
    summary: 'Move the read marker',
    body: markReadBody,
    response: { 200: markReadAnswer, ...problems('forbidden', 'unknown_room') },
  }
  app.post('/chat/messages/read/', { schema }, async (request) => {
    const [marked] = await mark(held, [{ ...request.body, user_id: callerOf(request.user) }], request.id)
    if (!marked) throw new Error('a read was not answered')
    if (marked.outcome === 'refused') throw marked.refusal
    return { seq: marked.seq }
  })
}
