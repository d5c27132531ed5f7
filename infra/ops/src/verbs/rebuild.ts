import { rebuildCardsAnswer } from '@farmgate/contracts/internal-rooms.ts'
import { DEADLINE_MS } from '../tools.ts'
import type { Verb } from '../verb.ts'

/** The projections: what rooms-api shows of a room that messages-api knows. */
export const rebuild: Verb = {
  usage: 'rebuild [room_id]',
  help: `Makes the cards of the chat lists (unread counts, preview, last activity) anew from what messages-api holds: of one
room, or of all, a page at a time. Values are absolute and guarded by a revision: it may run under load, and twice.`,
  async run([room_id], tools) {
    const rooms = tools.roomsApi()
    let written = 0
    let after: string | undefined
    do {
      const body = room_id ? { room_id } : { after }
      const call = { deadlineMs: DEADLINE_MS, schema: rebuildCardsAnswer }
      const page = await rooms.post('/internal/cards/rebuild/', body, call)
      written += page.rooms
      after = page.next
    } while (after !== undefined)
    tools.say(`${written} cards written anew`)
  },
}
