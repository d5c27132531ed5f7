/** A wait that can be cut short. A ring while nobody waits ends the next wait at once, so none is missed. */
export type Bell = {
  ring(): void
  wait(ms: number): Promise<void>
}

export function createBell(): Bell {
  let rung = false
  let wake: (() => void) | undefined
  return {
    ring() {
      rung = true
      wake?.()
    },
    async wait(ms) {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
        wake = undefined
      }
      rung = false
    },
  }
}

/** Milliseconds before try `attempt` (0, 1, 2 …): doubling from 50 up to `most`, of which the upper half is chance. */
export function backoffMs(attempt: number, most: number): number {
  const full = Math.min(most, 50 * 2 ** Math.min(attempt, 20))
  return full / 2 + (Math.random() * full) / 2
}

/** Waits for `work`, but no longer than `ms`: an end must come, also when what we wait for hangs. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const bell = createBell()
  await Promise.race([work.finally(bell.ring), bell.wait(ms)])
}

/**
 * Runs `work` when it is wanted, one at a time: however often `soon` is called meanwhile, it runs once more after that.
 * `work` deals with its own errors. `idle` resolves when nothing is wanted and nothing is under way.
 */
export function oneAtATime(work: () => Promise<void>): { soon(): void; idle(): Promise<void> } {
  let isWanted = false
  let running: Promise<void> | undefined

  // Always awaits once before it ends: `running` is assigned by then, and cleared in the step that saw nothing wanted.
  const run = async () => {
    while (isWanted) {
      isWanted = false
      await work()
    }
    running = undefined
  }
  return {
    soon() {
      isWanted = true
      running ??= run()
    },
    idle: async () => running,
  }
}
