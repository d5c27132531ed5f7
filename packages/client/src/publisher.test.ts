import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Publisher } from './publisher.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function openPublisher() {
  let value = 0
  let told = 0
  const publisher = new Publisher(() => ({ value }))
  const unsubscribe = publisher.subscribe(() => told++)
  const set = (next: number) => {
    value = next
    publisher.changed()
  }
  return { publisher, set, unsubscribe, told: () => told }
}

describe('publisher', () => {
  test('tells many changes at once, after what runs now', async () => {
    const { publisher, set, told } = openPublisher()
    set(1)
    set(2)
    expect(publisher.getSnapshot()).toEqual({ value: 0 })
    await Promise.resolve()
    expect(publisher.getSnapshot()).toEqual({ value: 2 })
    expect(told()).toBe(1)
  })

  test('tells once a frame, however often something changes', async () => {
    const { publisher, set, told } = openPublisher()
    for (let value = 1; value <= 100; value++) {
      set(value)
      await vi.advanceTimersByTimeAsync(1)
    }
    expect(told()).toBeLessThanOrEqual(8)
    await vi.advanceTimersByTimeAsync(16)
    expect(publisher.getSnapshot()).toEqual({ value: 100 })
  })

  test('tells nobody who has gone, and nothing after its end', async () => {
    const { publisher, set, unsubscribe, told } = openPublisher()
    unsubscribe()
    set(1)
    await Promise.resolve()
    expect(told()).toBe(0)
    set(2)
    publisher.close()
    expect(publisher.getSnapshot()).toEqual({ value: 2 })
    set(3)
    await vi.advanceTimersByTimeAsync(100)
    expect(publisher.getSnapshot()).toEqual({ value: 2 })
  })
})
