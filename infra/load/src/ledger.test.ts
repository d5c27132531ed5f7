import { describe, expect, test } from 'vitest'
import { createLedger } from './ledger.ts'

/** A ledger in which sender 0 has sent so many messages, and its own socket and the other one have seen these. */
function told({
  sent,
  own,
  others,
  refused = [],
}: {
  sent: number
  own: number[]
  others: number[]
  refused?: number[]
}) {
  const ledger = createLedger()
  for (let n = 0; n < sent; n++) ledger.send(0)
  for (const number of refused) ledger.refuse(0, number)
  for (const number of own) ledger.see(0, number, true)
  for (const number of others) ledger.see(0, number, false)
  return ledger.tally()
}
const clean = { lost: 0, unacked: 0, refused: 0, doubled: 0, reordered: 0 }

describe('the oracle', () => {
  test('finds nothing where nothing is wrong', () => {
    expect(told({ sent: 3, own: [1, 2, 3], others: [1, 2, 3] })).toEqual({ ...clean, sent: 3, acked: 3, delivered: 3 })
  })

  test.each([
    ['acknowledged and not delivered', [1, 2, 3], [1, 3], { lost: 1 }],
    ['the last one lost', [1, 2, 3], [1, 2], { lost: 1 }],
    ['never acknowledged', [1, 2], [1, 2], { unacked: 1 }],
    ['delivered without an acknowledgement', [1, 2], [1, 2, 3], { unacked: 1 }],
    ['delivered twice', [1, 2, 3], [1, 2, 2, 3], { doubled: 1 }],
    ['acknowledged twice', [1, 2, 3, 1], [1, 2, 3], { doubled: 1 }],
    ['delivered late', [1, 2, 3], [1, 3, 2], { reordered: 1 }],
  ])('finds %s', (_, own, others, fault) => {
    expect(told({ sent: 3, own, others })).toMatchObject({ ...clean, ...fault })
  })

  test('a refused message may be there, or not, or late', () => {
    expect(told({ sent: 3, own: [1, 3], others: [1, 3], refused: [2] })).toMatchObject({ ...clean, refused: 1 })
    expect(told({ sent: 3, own: [1, 3, 2], others: [1, 3, 2], refused: [2] })).toMatchObject(clean)
  })
})
