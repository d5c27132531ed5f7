import { until } from '@farmgate/testing/until.ts'
import { expect, test } from 'vitest'
import { createGate } from './gate.ts'

const gateOf = (options: { slots?: number; deadlineMs?: number; maxWaiting?: number } = {}) =>
  createGate({ what: 'postgres', slots: 1, deadlineMs: 50, maxWaiting: 10, ...options })

const held = () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { work: () => promise, end: () => resolve() }
}

test('work begins in the order in which it came', async () => {
  const gate = gateOf({ deadlineMs: 1_000 })
  const first = held()
  const seen: number[] = []
  const asked = [gate.run(first.work), ...[1, 2, 3].map((n) => gate.run(async () => seen.push(n)))]
  expect(gate.waiting).toBe(3)
  first.end()
  await Promise.all(asked)
  expect(seen).toEqual([1, 2, 3])
  expect([gate.running, gate.waiting]).toEqual([0, 0])
})

test('work that has not begun by its deadline is refused and never runs', async () => {
  const gate = gateOf()
  const first = held()
  const holding = gate.run(first.work).catch((error: Error) => error.name)
  let ran = false
  await expect(
    gate.run(async () => {
      ran = true
    }),
  ).rejects.toMatchObject({ name: 'DependencyAway', what: 'postgres' })
  expect(await holding).toBe('DependencyAway')
  first.end()
  await until(() => gate.running === 0)
  expect(ran).toBe(false)
})

test('work that has begun keeps its slot until it ends, though its caller has been answered', async () => {
  const gate = gateOf()
  const first = held()
  await expect(gate.run(first.work)).rejects.toThrow('postgres is away')
  expect(gate.running).toBe(1)
  first.end()
  await until(() => gate.running === 0)
})

test('more than may wait are refused as overloaded, at once', async () => {
  const gate = gateOf({ maxWaiting: 1, deadlineMs: 1_000 })
  const first = held()
  const asked = [gate.run(first.work), gate.run(async () => undefined)]
  await expect(gate.run(async () => undefined)).rejects.toMatchObject({ code: 'overloaded' })
  first.end()
  await Promise.all(asked)
})

test('a failure frees the slot', async () => {
  const gate = gateOf()
  const failing = async () => {
    throw new Error('no')
  }
  await expect(gate.run(failing)).rejects.toThrow('no')
  await expect(gate.run(async () => 'yes')).resolves.toBe('yes')
})

test('closing refuses those who wait', async () => {
  const gate = gateOf({ deadlineMs: 1_000 })
  const first = held()
  const holding = gate.run(first.work)
  const waiting = expect(gate.run(async () => undefined)).rejects.toThrow('postgres is away')
  gate.close()
  await waiting
  first.end()
  await holding
})
