import { describe, expect, it } from 'vitest'
import { hasIt, rangeOf } from './range.ts'

const ETAG = '"a"'

describe('rangeOf, of 100 bytes', () => {
  it.each([
    ['bytes=0-9', { from: 0, to: 9 }],
    ['bytes=90-', { from: 90, to: 99 }],
    ['bytes=-10', { from: 90, to: 99 }],
    ['bytes=-1000', { from: 0, to: 99 }],
    ['bytes=50-1000', { from: 50, to: 99 }],
    ['bytes=99-99', { from: 99, to: 99 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=9-0', undefined],
    ['bytes=-', undefined],
    ['bytes=0-1,5-6', undefined],
    ['items=0-1', undefined],
    [undefined, undefined],
  ])('%s', (range, expected) => {
    expect(rangeOf({ range }, 100, ETAG)).toEqual(expected)
  })

  it('a copy of another state gets the whole', () => {
    expect(rangeOf({ range: 'bytes=0-9', 'if-range': '"b"' }, 100, ETAG)).toBeUndefined()
    expect(rangeOf({ range: 'bytes=0-9', 'if-range': ETAG }, 100, ETAG)).toEqual({ from: 0, to: 9 })
  })
})

it.each([
  ['"a"', true],
  ['W/"a"', true],
  ['"b", "a"', true],
  ['*', true],
  ['"b"', false],
  [undefined, false],
])('hasIt: %s', (header, expected) => {
  expect(hasIt(header, ETAG)).toBe(expected)
})
