import { expect, test } from 'vitest'
import { passwordsOf } from './passwords.ts'

test('a password of the environment is its service’s; empty counts as not given', () => {
  const env = { ROOMS_API_DATABASE_PASSWORD: 'hay_1.~-', MESSAGES_API_DATABASE_PASSWORD: '' }
  expect(passwordsOf(env)).toEqual({ 'rooms-api': 'hay_1.~-' })
})

test('one that cannot stand in a statement is refused, and not shown', () => {
  const env = { MESSAGES_API_DATABASE_PASSWORD: "'; drop schema" }
  expect(() => passwordsOf(env)).toThrow(/^MESSAGES_API_DATABASE_PASSWORD: only/)
})
