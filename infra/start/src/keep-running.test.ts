import { expect, test } from 'vitest'
import { keepRunning } from './keep-running.ts'

const DELAYS = { first_ms: 4, longest_ms: 8, forgiven_after_ms: 60_000 }

test('starts again what ends, more and more slowly, and says so', async () => {
  const said: string[] = []
  const part = mortal()
  const kept = keepRunning('barn', part, (line) => said.push(line), DELAYS)
  for (let life = 1; life <= 3; life++) await part.dieAndReturn()
  await kept.close()
  expect(said).toEqual([0.004, 0.008, 0.008].map((s) => `barn has ended by itself; it is started again in ${s} s`))
})

test('says when a start fails, and tries on', async () => {
  const said: string[] = []
  const part = mortal(1)
  const kept = keepRunning('barn', part, (line) => said.push(line), DELAYS)
  await part.dieAndReturn()
  await kept.close()
  expect(said).toContain('barn cannot be started: no straw')
})

test('does not start again what is closed', async () => {
  const part = mortal()
  const kept = keepRunning('barn', part, () => undefined, DELAYS)
  await kept.close()
  await kept.close()
  expect(part.starts()).toBe(0)
})

/** Something that ends when told, and whose first starts fail. */
function mortal(failures = 0) {
  let starts = 0
  let life = Promise.withResolvers<void>()
  let back = Promise.withResolvers<void>()
  return {
    starts: () => starts,
    ended: () => life.promise,
    async restart() {
      if (starts++ < failures) throw new Error('no straw')
      life = Promise.withResolvers<void>()
      back.resolve()
    },
    close: async () => life.resolve(),
    async dieAndReturn() {
      back = Promise.withResolvers<void>()
      life.resolve()
      await back.promise
    },
  }
}
