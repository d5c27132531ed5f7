import type { StoredEntry, TimelineEntry, UnsentEntry } from '../room-snapshot.ts'

/** What is stored, then what is not yet: the same array for as long as neither changes. */
export function entriesOf(): (
  stored: readonly StoredEntry[],
  unsent: readonly UnsentEntry[],
) => readonly TimelineEntry[] {
  let storedBefore: readonly StoredEntry[] | undefined
  let unsentBefore: readonly UnsentEntry[] = []
  let entries: readonly TimelineEntry[] = []
  return (stored, unsent) => {
    const isSame = stored === storedBefore && unsent.length === unsentBefore.length
    if (isSame && unsent.every((entry, at) => entry === unsentBefore[at])) return entries
    storedBefore = stored
    unsentBefore = unsent
    entries = unsent.length === 0 ? stored : [...stored, ...unsent]
    return entries
  }
}
