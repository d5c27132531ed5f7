import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { messageOf, storedAt, story } from './room.fixture.ts'
import { Timeline } from './timeline.ts'

const seqs = (timeline: Timeline) => timeline.shown.map(({ message }) => message.seq)
const messages = (timeline: Timeline) => timeline.shown.map(({ message }) => message)

describe('timeline', () => {
  test('shows the same whatever the order, however often, and from wherever messages come', () => {
    fc.assert(
      fc.property(
        story,
        fc.integer({ min: 1, max: 9 }),
        fc.nat(),
        fc.nat(),
        fc.infiniteStream(fc.nat()),
        (changes, page, a, b, luck) => {
          const now = changes.length
          const pick = (count: number) => (luck.next().value ?? 0) % count
          // The newest page was read at some time; all that came after is told, and some of it again, in any order.
          const readAt = a % (now + 1)
          const timeline = new Timeline()
          timeline.start(storedAt(changes, readAt).slice(-page))
          const told = changes.slice(readAt)
          const again = told.filter(() => pick(2) === 0)
          for (const message of shuffled([...told, ...again], pick)) {
            timeline.apply(message)
            expect(seqs(timeline)).toEqual(consecutive(timeline))
          }
          // Older pages were read at any later time, and in between changes have been told already.
          const olderAt = readAt + (b % (now - readAt + 1))
          for (let floor = timeline.floor; floor > 1; floor = timeline.floor)
            timeline.prepend(
              storedAt(changes, olderAt)
                .filter(({ seq }) => seq < floor)
                .slice(-page),
            )
          expect(messages(timeline)).toEqual(storedAt(changes, now))
        },
      ),
    )
  })

  test('what has changed since an older page was read is not brought back by it', () => {
    const timeline = new Timeline()
    timeline.start([messageOf(3, 3)])
    timeline.apply(messageOf(1, 4))
    timeline.prepend([messageOf(1, 1), messageOf(2, 2)])
    expect(messages(timeline)).toEqual([messageOf(1, 4), messageOf(2, 2), messageOf(3, 3)])
  })

  test('a page that was asked for when the window was another one changes nothing', () => {
    const timeline = new Timeline()
    timeline.start([messageOf(5, 5)])
    timeline.prepend([messageOf(2, 2), messageOf(3, 3)])
    timeline.prepend([messageOf(4, 4), messageOf(5, 5)])
    expect(seqs(timeline)).toEqual([5])
  })

  test('what comes after a hole is shown when the hole is filled', () => {
    const timeline = new Timeline()
    timeline.start([messageOf(1, 1)])
    timeline.apply(messageOf(3, 3))
    expect(seqs(timeline)).toEqual([1])
    timeline.apply(messageOf(2, 2))
    expect(seqs(timeline)).toEqual([1, 2, 3])
  })

  test('is the same array until something changes, and so is each entry of it', () => {
    const timeline = new Timeline()
    timeline.start([messageOf(1, 1), messageOf(2, 2)])
    const before = timeline.shown
    expect(timeline.shown).toBe(before)
    timeline.apply(messageOf(2, 3))
    expect(timeline.shown).not.toBe(before)
    expect(timeline.shown[0]).toBe(before[0])
  })

  test('an empty room has a beginning, too', () => {
    const timeline = new Timeline()
    timeline.start([])
    timeline.apply(messageOf(1, 1))
    expect(timeline.floor).toBe(1)
    expect(seqs(timeline)).toEqual([1])
  })
})

const consecutive = (timeline: Timeline) => timeline.shown.map((_, at) => timeline.floor + at)

function shuffled<T>(items: T[], pick: (count: number) => number): T[] {
  const left = [...items]
  return items.flatMap(() => left.splice(pick(left.length), 1))
}
