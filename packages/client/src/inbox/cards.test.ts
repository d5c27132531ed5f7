import type { Room } from '@farmgate/contracts/rooms.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cardOf } from './card.fixture.ts'
import { type Cards, withCard, withPage } from './cards.ts'

const NOBODY: ReadonlyMap<string, Room> = new Map()

const cards = (rooms: Room[], more: Partial<Cards> = {}): Cards => ({ filter: {}, rooms, complete: false, ...more })
const ids = ({ rooms }: Cards) => rooms.map(({ room_id }) => room_id)

describe('the cards of a chat list', () => {
  test('a room with something new moves to the top', () => {
    const before = cards([cardOf(1, 9), cardOf(2, 8), cardOf(3, 7)])
    expect(ids(withCard(before, cardOf(3, 10)))).toEqual(['r-3', 'r-1', 'r-2'])
  })

  test('one that was only read stays where it is, and the others stay the same objects', () => {
    const before = cards([cardOf(1, 9, { unread_count: 1 }), cardOf(2, 8)])
    const after = withCard(before, cardOf(1, 9))
    expect(after.rooms.map(({ unread_count }) => unread_count)).toEqual([0, 0])
    expect(after.rooms[1]).toBe(before.rooms[1])
  })

  test('one of a page that is not loaded yet waits for that page', () => {
    const before = cards([cardOf(1, 9), cardOf(2, 8)])
    expect(withCard(before, cardOf(3, 1))).toBe(before)
    expect(ids(withCard({ ...before, complete: true }, cardOf(3, 1)))).toEqual(['r-1', 'r-2', 'r-3'])
  })

  test('one that the filter leaves out goes, and comes', () => {
    const unread = cards([cardOf(1, 9, { unread_count: 1 })], { filter: { unread: true } })
    expect(ids(withCard(unread, cardOf(1, 9)))).toEqual([])
    const active = cards([], { filter: { order_status: 'active' } })
    expect(ids(withCard(active, cardOf(1, 9)))).toEqual([])
    expect(ids(withCard(active, cardOf(1, 9, { order_status: 'active' })))).toEqual(['r-1'])
  })

  test('what was told while a page was read is newer than the page', () => {
    const told = new Map([['r-1', cardOf(1, 9, { unread_count: 2 })]])
    const after = withPage(cards([]), [cardOf(1, 8), cardOf(2, 7)], true, told)
    expect(after.rooms[0]?.unread_count).toBe(2)
  })

  test('are sorted, and each is there once, whatever is told in whatever order', () => {
    const change = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 20 }))
    fc.assert(
      fc.property(fc.array(change), fc.array(change), (page, told) => {
        const rooms = [...new Map(page.map(([n, at]) => [n, cardOf(n, at)])).values()]
        let now = withPage(cards([]), rooms, true, NOBODY)
        for (const [n, at] of told) now = withCard(now, cardOf(n, at))
        const latest = new Map([...page, ...told].map(([n, at]) => [n, cardOf(n, at)]))
        const expected = [...latest.values()].sort(
          (one, other) => other.updated_at.localeCompare(one.updated_at) || other.room_id.localeCompare(one.room_id),
        )
        expect(now.rooms).toEqual(expected)
      }),
    )
  })
})
