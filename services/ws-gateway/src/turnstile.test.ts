import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { expect, it } from 'vitest'
import { openTurnstile } from './turnstile.ts'

it('lets work in while there is room, refuses beyond that, and lets in again who comes later', async () => {
  const enter = openTurnstile(2)
  const done = Promise.withResolvers<string>()
  const failed = Promise.withResolvers<string>()
  const inside = [enter(() => done.promise), enter(() => failed.promise)]
  await expect(enter(async () => 'third')).rejects.toThrow(new Refusal('overloaded'))
  done.resolve('first')
  failed.reject(new Error('second'))
  expect(await Promise.allSettled(inside)).toMatchObject([{ value: 'first' }, { reason: { message: 'second' } }])
  await Promise.all([enter(async () => 'fourth'), enter(async () => 'fifth')])
})
