import { expect, test } from 'vitest'
import { z } from 'zod'
import { queryNumber, queryPosition } from './text.ts'

const limit = queryNumber(z.int().min(1).max(200).default(50))

test.each(['', '0x10', '1e1', ' 5', '+5', '-1', '1.5', '9007199254740992', '5,6', 'five'])(
  '%j is no number',
  (text) => {
    expect(queryPosition.safeParse(text).success).toBe(false)
  },
)

test('a number in a query is its digits, within its bounds', () => {
  expect(queryPosition.parse('0')).toBe(0)
  expect(queryPosition.parse('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER)
  expect(limit.parse(undefined)).toBe(50)
  expect(limit.safeParse('0').success).toBe(false)
  expect(limit.safeParse('201').success).toBe(false)
})

test('it is described as the number that it is', () => {
  expect(z.toJSONSchema(limit, { io: 'input' })).toMatchObject({
    type: 'integer',
    minimum: 1,
    maximum: 200,
    default: 50,
  })
})
