import { afterAll, describe, expect, it } from 'vitest'
import { cases } from './cases.ts'
import { detailsOf } from './report.ts'
import { runCase } from './run-case.ts'

// A part of the suite, small and short; `npm run faults` makes every fault, with the whole load.

const PART = ['F2', 'F3', 'F5', 'F7', 'F8', 'F9', 'F10', 'F15', 'F18']
const SIZE = { rooms: 20, perS: 50 }
/** Other files are tested beside this one. */
const SLACK = 3

const leaving: Promise<void>[] = []
afterAll(() => Promise.all(leaving))
const leave = (closed: Promise<void>) => void leaving.push(closed)

describe.each(cases.filter(({ id }) => PART.includes(id)))('$id: $name', (it_) => {
  const seed = Math.floor(Math.random() * 1e9)

  it(`I1 to I10 hold, seed ${seed}`, async () => {
    const verdict = await runCase(it_, { seed, size: SIZE, short: true, slack: SLACK, leave })
    expect(detailsOf(verdict)).toBe('')
    expect(verdict.sent).toBeGreaterThan(SIZE.perS)
  })
})
