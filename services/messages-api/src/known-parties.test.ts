import { describe, expect, it } from 'vitest'
import { rememberParties } from './known-parties.ts'

const room = (room_id: string) => ({ room_id, customer_id: 'ada', farmer_id: 'bo' })

describe('known parties', () => {
  it('tells customer and farmer from strangers, and says nothing of a room that it has not seen', () => {
    const parties = rememberParties()
    parties.learn(room('r'))
    expect(['ada', 'bo', 'mallory'].map((user) => parties.partyOf('r', user))).toEqual([
      'customer',
      'farmer',
      undefined,
    ])
    expect(parties.partyOf('other', 'ada')).toBeUndefined()
  })

  it('keeps no more than so many rooms: the oldest goes first', () => {
    const parties = rememberParties(2)
    for (const id of ['1', '2', '1', '3']) parties.learn(room(id))
    expect(['1', '2', '3'].map((id) => parties.partyOf(id, 'ada'))).toEqual([undefined, 'customer', 'customer'])
  })

  it('forgets', () => {
    const parties = rememberParties()
    parties.learn(room('r'))
    parties.forget('r')
    expect(parties.partyOf('r', 'ada')).toBeUndefined()
  })
})
