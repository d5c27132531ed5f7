import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Gate } from './gate.ts'

function gateWithRecord() {
  const passed: number[] = []
  const gate = new Gate<string>((rev, item) => {
    expect(item).toBe(`frame ${rev}`)
    passed.push(rev)
  })
  return { gate, passed, offer: (rev: number) => gate.offer(rev, `frame ${rev}`) }
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** Every rev of 1 to `count` at least once, some again, in any order. */
const shuffled = fc.integer({ min: 1, max: 60 }).chain((count) =>
  fc
    .array(fc.integer({ min: 1, max: count }), { maxLength: 60 })
    .map((again) => [...range(1, count), ...again])
    .chain((revs) =>
      fc.tuple(fc.shuffledSubarray(revs, { minLength: revs.length, maxLength: revs.length }), fc.constant(count)),
    ),
)

describe('gate', () => {
  it('lets any shuffle with duplicates through in order, once', () => {
    fc.assert(
      fc.property(shuffled, fc.nat(), fc.nat(), ([revs, count], start, openAt) => {
        const { gate, passed, offer } = gateWithRecord()
        const from = start % (count + 1)
        const opening = openAt % revs.length
        revs.forEach((rev, at) => {
          if (at === opening) gate.open(from)
          offer(rev)
        })
        expect(passed).toEqual(range(from + 1, count))
        expect(gate.position).toBe(count)
        expect(gate.behind).toBe(false)
      }),
    )
  })

  it('lets any part of a room through without a hole, whatever is missing', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 })), (revs) => {
        const { gate, passed, offer } = gateWithRecord()
        gate.open(0)
        for (const rev of revs) offer(rev)
        expect(passed).toEqual(range(1, passed.length))
        expect(gate.behind).toBe(Math.max(0, ...revs) > passed.length)
      }),
    )
  })

  it('is behind when it hears of a rev that nobody brought', () => {
    const { gate, passed, offer } = gateWithRecord()
    gate.open(4)
    gate.saw(6)
    expect(gate.behind).toBe(true)
    offer(6)
    offer(5)
    expect(passed).toEqual([5, 6])
    expect(gate.behind).toBe(false)
  })

  it('holds a bounded number, and passes what a replay brings again', () => {
    const { gate, passed, offer } = gateWithRecord()
    gate.open(0)
    for (const rev of range(2, 2_000)) offer(rev)
    offer(1)
    expect(passed).toEqual(range(1, 1_001))
    expect(gate.behind).toBe(true)
    for (const rev of range(1_002, 2_000)) offer(rev)
    expect(gate.position).toBe(2_000)
  })

  it('forgets what was never true', () => {
    const { gate, passed, offer } = gateWithRecord()
    gate.open(3)
    offer(999)
    gate.forgetBeyond(3)
    expect(gate.behind).toBe(false)
    offer(4)
    expect(passed).toEqual([4])
  })
})
