import { type Card, type CreatedMessage, createdFields, FRAMES_STREAM } from '@farmgate/contracts/message-events.ts'
import type { Entry } from '@farmgate/streams/publish.ts'
import { shardOf } from '@farmgate/streams/shards.ts'
import { changeEntry } from './announce.ts'

/** Bounds an entry: 32 messages of the longest kind are some 400 KB. */
const MOST_MESSAGES = 32

/**
 * New and committed. One that is traced bears the context in which it is told, and its room's card where it is the last
 * of its room; the cards of others follow (tell-cards.ts).
 */
export type Created = CreatedMessage & { card: Card | null; traceparent: string | undefined }

/**
 * What a batch created, as few entries: the messages of a shard share them. A traced one has one of its own, for an entry
 * carries one context.
 */
export function createdEntries(created: readonly Created[], requestId: string): Entry[] {
  const traced = created.filter(({ traceparent }) => traceparent !== undefined)
  const shards = Map.groupBy(
    created.filter(({ traceparent }) => traceparent === undefined),
    ({ room_id }) => shardOf(room_id),
  )
  return [
    ...[...shards.values()].flatMap((messages) => sharedEntries(messages, requestId)),
    ...traced.map(({ card, traceparent, ...message }) =>
      changeEntry({ ...message, change: 'created' }, card, requestId, traceparent),
    ),
  ]
}

function sharedEntries(messages: readonly Created[], requestId: string): Entry[] {
  const entries: Entry[] = []
  for (let at = 0; at < messages.length; at += MOST_MESSAGES) {
    const part = messages.slice(at, at + MOST_MESSAGES)
    entries.push({ stream: FRAMES_STREAM, subject: part[0]?.room_id ?? '', fields: createdFields(part, requestId) })
  }
  return entries
}
