const DAY_MS = 24 * 60 * 60 * 1000

/** Midnight of that day where the reader is, in ms: two times of one day have the same. */
export const dayOf = (time: Date): number => new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime()

export type CardTime = 'time' | 'weekday' | 'day' | 'date'

/** How a card says when something was: today the time, this week the weekday, this year the day, else the full date. */
export function cardTime(at: Date, now: Date): CardTime {
  // Rounded, since a day in which the clocks change is not 24 h long.
  const days = Math.round((dayOf(now) - dayOf(at)) / DAY_MS)
  if (days <= 0) return 'time'
  if (days < 7) return 'weekday'
  return at.getFullYear() === now.getFullYear() ? 'day' : 'date'
}
