import { describe, expect, it } from 'vitest'
import { Bucket } from './bucket.ts'

describe('bucket', () => {
  it('gives a burst, then what flows in, and never more than the burst', () => {
    const bucket = new Bucket({ burst: 3, perS: 10 }, 0)
    const taken = (now: number) => {
      let count = 0
      while (bucket.take(now)) count++
      return count
    }
    expect(taken(0)).toBe(3)
    expect(taken(99)).toBe(0)
    expect(taken(200)).toBe(2)
    expect(taken(60_000)).toBe(3)
  })
})
