import type { TimelineEntry } from '@farmgate/client/room-snapshot.ts'
import type { Message } from '@farmgate/contracts/messages.ts'

/**
 * The messages of others above `heard`, and the highest number there is, to be `heard` next time. Without a `heard` nothing
 * is new: the conversation has just been opened.
 */
export function newFromOthers(entries: readonly TimelineEntry[], heard: number | undefined, me: string) {
  const messages: Message[] = []
  let last = heard ?? 0
  for (let at = entries.length - 1; at >= 0; at--) {
    const entry = entries[at]
    if (entry?.state !== 'stored') continue
    last = Math.max(last, entry.message.seq)
    if (heard === undefined || entry.message.seq <= heard) break
    if (entry.message.sender_id !== me) messages.unshift(entry.message)
  }
  return { last, messages }
}
