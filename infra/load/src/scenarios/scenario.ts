import type { Flags } from '../flags.ts'
import type { Chart } from '../report/chart.ts'
import type { Target } from '../target.ts'

export type Table = { title: string; heads: readonly string[]; rows: readonly (readonly string[])[] }

/** What a scenario has found. `faults`: promises that were not kept, in a sentence each; there should be none. */
export type Finding = { tables: readonly Table[]; charts: readonly Chart[]; faults: readonly string[] }

export type Scene = { target: Target; flags: Flags; say: (line: string) => void }

export type Scenario = { says: string; run: (scene: Scene) => Promise<Finding> }

export const ms = (value: number): string => (Number.isFinite(value) ? value.toFixed(value < 10 ? 2 : 1) : '–')
export const whole = (value: number): string => Math.round(value).toLocaleString('en')
