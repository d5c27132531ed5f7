import type { TimelineEntry } from '@farmgate/client/room-snapshot.ts'
import { isOwn, seqOf } from './rows.ts'

/** The highest stored number at this place of the history or above it; 0 where there is none. */
export function seqUpTo(entries: readonly TimelineEntry[], index: number): number {
  for (let at = Math.min(index, entries.length - 1); at >= 0; at--) {
    const entry = entries[at]
    const seq = entry && seqOf(entry)
    if (seq !== undefined) return seq
  }
  return 0
}

/** How many of the other's messages come after `seq`. Counted from the newest, so it costs no more than its answer. */
export function unseenBelow(entries: readonly TimelineEntry[], seq: number, me: string): number {
  let count = 0
  for (let at = entries.length - 1; at >= 0; at--) {
    const entry = entries[at]
    if (!entry) break
    const number = seqOf(entry)
    if (number === undefined) continue
    if (number <= seq) break
    if (!isOwn(entry, me)) count++
  }
  return count
}
