import { expect, test } from 'vitest'
import { batchRow, changesRow, roomsOf } from './outbox-rows.ts'

const briefly = (row: Parameters<typeof roomsOf>[0]) => roomsOf(row).map(({ row: _, ...named }) => named)

test('a row stands for the room it names, or for all of a batch', () => {
  expect(briefly(changesRow('7', 'a', 3, 5, 'r-1'))).toEqual([{ room_id: 'a', first: 3, last: 5 }])
  const rooms = [
    { room_id: 'a', first: 3, last: 5 },
    { room_id: 'b', first: 1, last: 1 },
  ]
  expect(briefly(batchRow('8', rooms, 'r-1'))).toEqual(rooms)
})
