/** One tick for everybody: ten thousand sockets with a timer each would be ten thousand timers. */
const TICK_MS = 1_000

export type Clock = {
  /** Seconds in which this process ran: while it is stopped none pass, so that nobody is blamed for our silence. */
  readonly ticks: number
  onTick(hear: () => void): void
  close(): Promise<void>
}

export function startClock(everyMs = TICK_MS): Clock {
  const hearers: (() => void)[] = []
  let ticks = 0
  const timer = setInterval(() => {
    ticks++
    for (const hear of hearers) hear()
  }, everyMs)
  return {
    get ticks() {
      return ticks
    },
    onTick: (hear) => void hearers.push(hear),
    close: async () => clearInterval(timer),
  }
}
