import type { Room } from '@farmgate/contracts/rooms.ts'
import { expect, test } from 'vitest'
import { listed } from './listed.ts'

const room = (given: Partial<Room>) => ({
  customer_id: 'c-1',
  farmer_id: 'f-1',
  order_status: null,
  last_seq: 0,
  ...given,
})
const asked = room({}) as Room
const written = room({ last_seq: 1 }) as Room
const ordered = room({ order_status: 'new' }) as Room

test('a room in which nothing was written or bought yet is in the list of the customer who opened it only', () => {
  expect(listed([asked, written, ordered], 'f-1')).toEqual([written, ordered])
  expect(listed([asked, written, ordered], 'c-1')).toEqual([asked, written, ordered])
})
