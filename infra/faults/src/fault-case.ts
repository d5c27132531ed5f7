import type { Load } from './load.ts'
import type { Random } from './random.ts'
import type { World, WorldOptions } from './world.ts'

/** What a case has in hand while the load goes on. */
export type Trial = {
  world: World
  load: Load
  random: Random
  /** In `npm test`: what lasts long is made shorter, where that shows the same. */
  short: boolean
  /** What is promised within `ms` is given so long: longer where the machine does other work, too. */
  within(ms: number): number
  /** How many dead letters the case has earned. */
  deadLetters: number
  /** Processes that the case ended, by pid. */
  killed: Set<number>
}

/** A fault: how it is made, and undone. What must hold is the oracle's; what else to look for the case checks itself. */
export type FaultCase = {
  /** As the table has it: F1 to F23. */
  id: string
  name: string
  world?: WorldOptions
  /** Resolves when the fault is over. @throws Error where something particular to this fault does not hold. */
  run(trial: Trial): Promise<void>
}
