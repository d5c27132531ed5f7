import { expect, test } from 'vitest'
import { drawnRows } from './drawn-rows.ts'

test('the row with the focus is drawn in its place', () => {
  expect(drawnRows([10, 11, 12], 2, 20)).toEqual([2, 10, 11, 12])
  expect(drawnRows([10, 11, 12], 19, 20)).toEqual([10, 11, 12, 19])
})

test('nothing is drawn twice, nor what is not there', () => {
  expect(drawnRows([10, 11, 12], 11, 20)).toEqual([10, 11, 12])
  expect(drawnRows([10, 11, 12], 20, 20)).toEqual([10, 11, 12])
  expect(drawnRows([10, 11, 12], undefined, 20)).toEqual([10, 11, 12])
})
