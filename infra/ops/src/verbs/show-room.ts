import { cardsAnswer, replayAnswer } from '@farmgate/contracts/internal-messages.ts'
import { storyAnswer } from '@farmgate/contracts/internal-rooms.ts'
import type { Message } from '@farmgate/contracts/messages.ts'
import { DEADLINE_MS, type Tools } from '../tools.ts'
import { argument, type Verb } from '../verb.ts'

const PAGE = 1_000

export const showRoom: Verb = {
  usage: 'room <room_id>',
  help: `Shows one room's story: what rooms-api has told of it, every change of its history by rev, and its card as
messages-api counts it. Kinds, numbers, people and times; no text of a message. Changes nothing.`,
  async run(args, tools) {
    const room_id = argument(args, 0, 'The room')
    const deadlineMs = DEADLINE_MS
    const asked = { deadlineMs, schema: storyAnswer }
    const { events } = await tools.roomsApi().post('/internal/rooms/story/', { room_id }, asked)
    tools.say('rooms-api has told')
    for (const { event_no, at, type } of events) tools.say(`  ${event_no}. ${at} ${type}`)
    const rev = await tellHistory(tools, room_id)
    const messages = tools.messagesApi()
    const listed = { deadlineMs, schema: cardsAnswer }
    const { cards } = await messages.post('/internal/messages/cards/', { room_ids: [room_id] }, listed)
    tools.say(`messages-api stands at rev ${rev}; the card it gives`)
    for (const { last_message: _, ...card } of cards) tools.say(`  ${JSON.stringify(card)}`)
  },
}

/** Prints each change, and answers the highest rev. */
async function tellHistory(tools: Tools, room_id: string): Promise<number> {
  const messages = tools.messagesApi()
  const call = { deadlineMs: DEADLINE_MS, schema: replayAnswer }
  tools.say('history')
  for (let after_rev = 0; ; ) {
    const page = await messages.post('/internal/messages/replay/', { room_id, after_rev, limit: PAGE }, call)
    for (const { rev, frame } of page.changes) tools.say(`  rev ${rev}: ${lineOf(frame)}`)
    after_rev = page.changes.at(-1)?.rev ?? page.rev
    if (after_rev >= page.rev) return page.rev
  }
}

/** The frames of a change; the first of them is the message's. */
function lineOf(frame: string): string {
  const { type, message } = JSON.parse(frame.split('\n')[0] ?? '') as { type: string; message: Message }
  const images = message.images.length > 0 ? `, ${message.images.length} images` : ''
  return `${type} seq ${message.seq} ${message.kind} of ${message.sender_id} at ${message.created_at}${images}`
}
