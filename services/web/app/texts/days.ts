const DAY_MS = 24 * 60 * 60 * 1000

/** Midnight of that day where the reader is, in ms: two times of one day have the same. */
export const dayOf = (time: Date): number => new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime()

/** Whole days from `now` to `at` by the calendar: 0 is today, -1 yesterday. */
export const daysFrom = (now: Date, at: Date): number =>
  // Rounded, since a day in which the clocks change is not 24 h long.
  Math.round((dayOf(at) - dayOf(now)) / DAY_MS)
