import { expect, test } from 'vitest'
import type { StoredEntry } from '../room-snapshot.ts'
import { messageOf } from '../timeline/room.fixture.ts'
import { firstUnread } from './first-unread.ts'

/** Odd ones are one's own. */
const shown = (...seqs: number[]): StoredEntry[] =>
  seqs.map((seq) => ({ state: 'stored', message: messageOf(seq, seq) }))

test.each([
  ['the first of the other’s after the marker', shown(1, 2, 3, 4, 5, 6), { marker: 2, last_seq: 6 }, 4],
  ['none of one’s own', shown(1, 2, 3), { marker: 2, last_seq: 3 }, null],
  ['nothing that came after the room was opened', shown(1, 2, 3, 4), { marker: 2, last_seq: 3 }, null],
  ['as far as it is loaded', shown(5, 6), { marker: 0, last_seq: 6 }, 6],
])('%s', (_, entries, opening, expected) => {
  expect(firstUnread(entries, { user_id: 'c-1', ...opening })).toBe(expected)
})

test('a deleted message is not unread', () => {
  const deleted: StoredEntry = { state: 'stored', message: messageOf(2, 3, { deleted_at: '2026-11-23T12:00:00.000Z' }) }
  expect(firstUnread([deleted], { user_id: 'c-1', marker: 0, last_seq: 2 })).toBeNull()
})
