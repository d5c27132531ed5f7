import { listMessagesQuery, messagePage } from '@farmgate/contracts/messages.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { callerOf } from '../caller.ts'
import type { Held } from '../held.ts'
import { historyPage } from '../history.ts'
import { knownRoom } from '../known-room.ts'
import { toMessage } from '../rendering.ts'
import { readerSeq } from '../rows.ts'

/** GET /chat/messages/ — a page of a room's history, to one of its parties. */
export function listMessages(app: App, held: Held) {
  const schema = {
    summary: 'List messages',
    querystring: listMessagesQuery,
    response: { 200: messagePage, ...problems('forbidden', 'unknown_room') },
  }
  app.get('/chat/messages/', { schema }, async (request) => {
    const ask = { room_id: request.query.room_id, user_id: callerOf(request.user), requestId: request.id }
    const { room, rows, hasMore } = await knownRoom(held, ask, () =>
      held.db.run((sql) => historyPage(sql, request.query)),
    )
    return {
      results: rows.map((row) => toMessage(held.images.urls.sign, row, readerSeq(room, row.sender_id))),
      has_more: hasMore,
      last_seq: room.last_seq,
      rev: room.rev,
      read: { customer_seq: room.customer_seq, farmer_seq: room.farmer_seq },
    }
  })
}
