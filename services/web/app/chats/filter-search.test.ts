import type { InboxFilter } from '@farmgate/client/inbox-snapshot.ts'
import { expect, test } from 'vitest'
import { filterOf, searchOf } from './filter-search.ts'

const filters: [InboxFilter, string][] = [
  [{}, ''],
  [{ order_status: 'active' }, '?order_status=active'],
  [{ unread: true }, '?unread=true'],
  [{ order_status: 'new', unread: true }, '?order_status=new&unread=true'],
]

test.each(filters)('%j is %j in an address, and back', (filter, search) => {
  expect(searchOf(filter)).toBe(search)
  expect(filterOf(search)).toEqual(filter)
})

test('what an address asks for and nobody knows is no filter', () => {
  expect(filterOf('?order_status=eaten&unread=perhaps&as=farm-hillside')).toEqual({})
})
