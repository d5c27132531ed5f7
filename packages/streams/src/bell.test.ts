import { expect, test } from 'vitest'
import { oneAtATime } from './bell.ts'

test('one at a time; what is wanted meanwhile runs once more', async () => {
  const gates: PromiseWithResolvers<void>[] = []
  const { soon, idle } = oneAtATime(() => {
    const gate = Promise.withResolvers<void>()
    gates.push(gate)
    return gate.promise
  })
  soon()
  soon()
  soon()
  expect(gates).toHaveLength(1)
  gates[0]?.resolve()
  await gates[0]?.promise
  expect(gates).toHaveLength(2)
  gates[1]?.resolve()
  await idle()
  expect(gates).toHaveLength(2)
})

test('work that has nothing to wait for leaves the next call free to run', async () => {
  let runs = 0
  const { soon, idle } = oneAtATime(async () => void runs++)
  for (const n of [1, 2, 3]) {
    soon()
    await idle()
    expect(runs).toBe(n)
  }
})
