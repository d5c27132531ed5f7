import { expect, test } from 'vitest'
import { createSetAside } from './set-aside.ts'

test('a row that cannot be sent is left alone for a time that grows up to 5 min', () => {
  const rows = createSetAside()
  rows.add('7', 0)
  expect(rows.ids(1_999)).toEqual(['7'])
  expect(rows.ids(2_000)).toEqual([])
  rows.add('7', 2_000)
  expect(rows.ids(5_999)).toEqual(['7'])
  expect(rows.ids(6_000)).toEqual([])
  for (let i = 0; i < 40; i++) rows.add('7', 6_000)
  expect(rows.ids(305_999)).toEqual(['7'])
  expect(rows.ids(306_000)).toEqual([])
})

test('a row that was sent begins anew', () => {
  const rows = createSetAside()
  rows.add('7', 0)
  rows.add('7', 0)
  rows.forget('7')
  rows.add('7', 0)
  expect(rows.ids(2_000)).toEqual([])
})
