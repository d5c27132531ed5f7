import type { OutboxRow } from '@farmgate/outbox/rows.ts'
import { DependencyAway, isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { readEntry } from './announce.ts'
import { withCards } from './cards.ts'
import type { Held } from './held.ts'
import { isLocked } from './postgres-errors.ts'
import { type MarkedRoom, markOne, markToNewest, type Read } from './read-statements.ts'
import { readFrame } from './rendering.ts'
import { hearStory } from './room-story.ts'
import { partyOf } from './rows.ts'
import { until } from './until.ts'

/** Where the reader's marker stands now; `frame` is empty where it had been there already. */
export type ReadResult =
  | { outcome: 'read'; seq: number; frame: string }
  | { outcome: 'refused'; refusal: Refusal | DependencyAway }

/**
 * Moves read markers forward: never back, never past the last message. Reads up to the newest message (the usual ones)
 * take one statement together; one that stops short of it counts what is left unread, alone, under the room's lock.
 * Answers stand in the order of the reads, after the commit.
 */
export async function markRead(held: Held, reads: readonly Read[], requestId: string): Promise<ReadResult[]> {
  const marked = await markTogether(held, reads, requestId)
  const inTime = until(BATCH_MS)
  const results: ReadResult[] = []
  for (const read of reads) {
    const room = marked.get(read.room_id)
    if (room && !room.partial) results.push(toResult(room, read))
    else results.push(inTime() ? await markAlone(held, read, requestId) : tooLate)
  }
  return results
}

/** Whoever asked has given up by then: what has not begun is not begun any more. */
const BATCH_MS = 3_500
const tooLate: ReadResult = { outcome: 'refused', refusal: new DependencyAway('postgres') }

async function markTogether(held: Held, reads: readonly Read[], requestId: string): Promise<Map<string, MarkedRoom>> {
  const marked = await held.db
    .run((sql) => markToNewest(sql, reads, requestId))
    .catch((error: unknown) => {
      if (!isLocked(error)) throw error
      return [] // somebody keeps one of the rooms: each goes alone
    })
  announce(held, marked, requestId)
  return new Map(marked.map((it) => [it.room.room_id, it]))
}

async function markAlone(held: Held, read: Read, requestId: string): Promise<ReadResult> {
  try {
    const marked = (await lockAndMark(held, read, requestId)) ?? (await hearAndMark(held, read, requestId))
    if (!marked) return { outcome: 'refused', refusal: new Refusal('unknown_room') }
    announce(held, [marked], requestId)
    return toResult(marked, read)
  } catch (error) {
    if (error instanceof Refusal) return { outcome: 'refused', refusal: error }
    if (isDependencyAway(error)) return { outcome: 'refused', refusal: new DependencyAway('the room', error) }
    throw error
  }
}

const lockAndMark = (held: Held, read: Read, requestId: string) => held.db.begin((tx) => markOne(tx, read, requestId))

async function hearAndMark(held: Held, read: Read, requestId: string): Promise<MarkedRoom | undefined> {
  await hearStory(held, read.room_id, requestId)
  return lockAndMark(held, read, requestId)
}

function toResult({ room, moved }: MarkedRoom, read: Read): ReadResult {
  const party = partyOf(room, read.user_id)
  if (!party) return { outcome: 'refused', refusal: new Refusal('unknown_room') }
  return { outcome: 'read', seq: room[`${party}_seq`], frame: moved.includes(party) ? readFrame(room, party) : '' }
}

/** Nobody waits for it: the card follows as it is by then, and what fails here is left to the sweeper. */
function announce(held: Held, marked: readonly MarkedRoom[], requestId: string): void {
  const moved = marked.filter((it) => it.box !== null)
  const rooms = moved.map((it) => it.room.room_id)
  withCards(held, rooms, (cards) => {
    const entries = moved.flatMap(({ room, moved: parties }) =>
      parties.map((party) => readEntry(room, party, cards.get(room.room_id) ?? null, requestId)),
    )
    held.outbox.publish(
      entries,
      moved.map((it) => toOutboxRow(it, requestId)),
    )
  })
}

const toOutboxRow = ({ room, moved, box }: MarkedRoom, requestId: string): OutboxRow => ({
  id: box ?? '',
  topic: 'read',
  subject: room.room_id,
  first_rev: 0,
  last_rev: 0,
  detail: moved.join(','),
  request_id: requestId,
})
