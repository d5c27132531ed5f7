import { rawToken } from '@farmgate/testing/tokens.ts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Tokens, untilRenewal } from './tokens.ts'

const NOW = 1_800_000_000_000

beforeEach(() => {
  vi.useFakeTimers({ now: NOW })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A source that counts how often it is asked. */
function source(lifeMs: number) {
  let asked = 0
  const ask = async () => rawToken({ nr: ++asked, exp: (Date.now() + lifeMs) / 1_000 })
  return { tokens: new Tokens(ask), asked: () => asked }
}

describe('the token', () => {
  test('is asked for once, however many want it at the same time', async () => {
    const { tokens, asked } = source(60_000)
    const [one, other] = await Promise.all([tokens.get(), tokens.get()])
    expect(one).toBe(other)
    expect(await tokens.get()).toBe(one)
    expect(asked()).toBe(1)
  })

  test('is another one shortly before its end', async () => {
    const { tokens } = source(60_000)
    const first = await tokens.get()
    vi.setSystemTime(NOW + 49_999)
    expect(await tokens.get()).toBe(first)
    vi.setSystemTime(NOW + 50_001)
    expect(await tokens.get()).not.toBe(first)
  })

  test('that was refused by several is replaced once', async () => {
    const { tokens, asked } = source(60_000)
    const first = await tokens.get()
    const [one, other] = await Promise.all([tokens.insteadOf(first), tokens.insteadOf(first)])
    expect(one).not.toBe(first)
    expect(other).toBe(one)
    expect(asked()).toBe(2)
  })

  test('that is not to be had is no_token, for which the same again may succeed', async () => {
    let isSignedIn = false
    const tokens = new Tokens(async () => (isSignedIn ? rawToken({}) : Promise.reject(new Error('signed out'))))
    await expect(tokens.get()).rejects.toMatchObject({ code: 'no_token', temporary: true })
    isSignedIn = true
    await expect(tokens.get()).resolves.toBeTypeOf('string')
  })

  test.each(['', 'with a blank', 'of a file\n'])('that no socket can take (%j) is no_token', async (given) => {
    await expect(new Tokens(async () => given).get()).rejects.toMatchObject({ code: 'no_token' })
  })

  test('that does not come in time is no_token, and the next one is asked for anew', async () => {
    let asked = 0
    const tokens = new Tokens(() => (++asked === 1 ? new Promise(() => undefined) : Promise.resolve(rawToken({}))))
    const refused = expect(tokens.get()).rejects.toMatchObject({ code: 'no_token', temporary: true })
    await vi.advanceTimersByTimeAsync(15_000)
    await refused
    await expect(tokens.get()).resolves.toBeTypeOf('string')
  })
})

describe('it is renewed', () => {
  const renewalOf = (exp: unknown) => untilRenewal(rawToken({ exp }), NOW)

  test.each([
    ['10 s before its end, where it lives long', 3_600, 3_590_000],
    ['after four fifths, where it does not', 20, 16_000],
    ['every minute, where its end is past: a clock is wrong', -5, 60_000],
  ])('%s', (_, inS, expected) => {
    expect(renewalOf(NOW / 1_000 + inS)).toBe(expected)
  })

  test.each([undefined, 'tomorrow'])('every minute, where exp is %s', (exp) => {
    expect(renewalOf(exp)).toBe(60_000)
  })

  test('every minute, where it is no JWT', () => {
    expect(untilRenewal('opaque', NOW)).toBe(60_000)
  })
})
