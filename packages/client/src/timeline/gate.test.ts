import type { Message } from '@farmgate/contracts/messages.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Gate } from './gate.ts'
import { messageOf, storedAt, story } from './room.fixture.ts'

function openGate() {
  const passed: Message[] = []
  return { passed, gate: new Gate((message) => passed.push(message)) }
}

/** What changed after `rev`, as a catch-up tells it: each message once, in its present state, ascending by rev. */
const missed = (changes: readonly Message[], rev: number) =>
  storedAt(changes, changes.length)
    .filter((message) => message.rev > rev)
    .sort((one, other) => one.rev - other.rev)

describe('gate', () => {
  test('lets live changes pass in order, and holds what comes after a hole', () => {
    const { gate, passed } = openGate()
    gate.open(4)
    for (const rev of [5, 7, 8]) gate.offer(messageOf(rev, rev))
    expect(gate.position).toBe(5)
    expect(gate.behind).toBe(true)
    gate.fill([messageOf(6, 6)], 6)
    expect(passed.map(({ rev }) => rev)).toEqual([5, 6, 7, 8])
    expect(gate.behind).toBe(false)
    expect(gate.position).toBe(8)
  })

  test('nothing passes before it is known where the room stands', () => {
    const { gate, passed } = openGate()
    gate.offer(messageOf(1, 1))
    gate.shut()
    expect(passed).toEqual([])
    expect(gate.position).toBeUndefined()
  })

  test('a change that is known already passes again and moves nothing', () => {
    const { gate, passed } = openGate()
    gate.open(4)
    gate.offer(messageOf(2, 2))
    expect(passed).toEqual([messageOf(2, 2)])
    expect(gate.position).toBe(4)
  })

  test('comes to the end of every story, wherever it was cut off and taken up again', () => {
    fc.assert(
      fc.property(story, fc.nat(), fc.array(fc.nat(), { maxLength: 4 }), (changes, start, cuts) => {
        const { gate, passed } = openGate()
        gate.open(start % (changes.length + 1))
        const from = gate.position ?? 0
        // Each catch-up is cut off somewhere, and the next begins at the position that it had come to.
        for (const cut of cuts) {
          gate.catchUp()
          const told = missed(changes, gate.position ?? 0)
          for (const message of told.slice(0, cut % (told.length + 1))) gate.offer(message)
        }
        gate.catchUp()
        for (const message of missed(changes, gate.position ?? 0)) gate.offer(message)
        gate.caughtUp(changes.length)
        expect(gate.position).toBe(changes.length)
        const last = new Map(passed.map((message) => [message.seq, message]))
        for (const message of missed(changes, from)) expect(last.get(message.seq)).toEqual(message)
      }),
    )
  })
})
