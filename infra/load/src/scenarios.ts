import { checkout } from './scenarios/checkout.ts'
import { idle } from './scenarios/idle.ts'
import { lists } from './scenarios/lists.ts'
import { messages } from './scenarios/messages.ts'
import { saturation } from './scenarios/saturation.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { soak } from './scenarios/soak.ts'

/** What can be run, by name; the first where none is named. */
export const scenarios: Record<string, Scenario> = { messages, saturation, idle, checkout, lists, soak }
