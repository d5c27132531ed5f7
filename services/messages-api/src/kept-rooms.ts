/** For so long a room that was found kept is not waited for. Short: what is only busy is worth waiting for again. */
const MEMORY_MS = 5_000

export type KeptRooms = {
  /** Whether it was found kept a moment ago. */
  has(room_id: string): boolean
  /** Takes note of what a batch found. */
  learn(room_id: string, isKept: boolean): void
}

/**
 * Rooms that somebody keeps locked, as this process last found them. The first batch that meets one waits for it
 * (`lock_timeout`); those after it go past it at once, until it is free or has been forgotten.
 */
export function rememberKeptRooms(now: () => number = Date.now): KeptRooms {
  const until = new Map<string, number>()
  return {
    has(room_id) {
      if ((until.get(room_id) ?? 0) > now()) return true
      until.delete(room_id)
      return false
    },
    learn(room_id, isKept) {
      if (isKept) until.set(room_id, now() + MEMORY_MS)
      else until.delete(room_id)
    },
  }
}
