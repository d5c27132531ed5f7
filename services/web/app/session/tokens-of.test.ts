import { expect, test } from 'vitest'
import type { Person } from './session.ts'
import { tokensOf } from './tokens-of.ts'

const personOf = (user_id: string): Person => ({ user_id, name: user_id, avatar_url: null, is_farmer: true })

test('a token of somebody else who has signed in meanwhile is not used; their session begins', async () => {
  let signedIn = 'f-1'
  const became: string[] = []
  const ask = async () => ({ token: `token of ${signedIn}`, person: personOf(signedIn) })
  const token = tokensOf(personOf('f-1'), ask, ({ user_id }) => became.push(user_id))
  expect(await token()).toBe('token of f-1')
  signedIn = 'c-1'
  await expect(token()).rejects.toThrow()
  expect(became).toEqual(['c-1'])
})
