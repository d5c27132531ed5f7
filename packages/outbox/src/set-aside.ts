const FIRST_MS = 2_000
const MOST_MS = 300_000
/** Forgotten when it has not failed again for this long after it was due: someone else has dealt with it. */
const FORGET_MS = 600_000

/** Rows that cannot be sent, left alone for a time that grows: 2 s, 4 s … 5 min. Known to this process only. */
export function createSetAside() {
  const rows = new Map<string, { tries: number; until: number }>()
  return {
    add(id: string, now = Date.now()) {
      const tries = (rows.get(id)?.tries ?? 0) + 1
      rows.set(id, { tries, until: now + Math.min(FIRST_MS * 2 ** (tries - 1), MOST_MS) })
    },

    forget(id: string) {
      rows.delete(id)
    },

    /** Those that are not due yet. */
    ids(now = Date.now()): string[] {
      for (const [id, { until }] of rows) if (until + FORGET_MS < now) rows.delete(id)
      return [...rows].filter(([, { until }]) => until > now).map(([id]) => id)
    },
  }
}
