import { readFileSync } from 'node:fs'
import path from 'node:path'
import { closeCodes } from '@farmgate/contracts/close-codes.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { first, step } from './machine.ts'
import type { At, Event, State } from './states.ts'

/*
 * The table of the README is the expectation: a column for each state, a row for each event, and for those that depend on
 * what they carry a row for each case.
 */

type Name = State['name']
type Given = { event: Event; silent?: number; renew?: boolean }

const AT: At = { now: 1_000_000, random: 0.5, backoff: { base: 500, cap: 30_000 } }
const HEARTBEAT_MS = 20_000

const closed = (code: number): Event => ({ type: 'closed', code })

const ROWS = {
  online: { event: { type: 'online' } },
  offline: { event: { type: 'offline' } },
  visible: { event: { type: 'visible' } },
  prepared: { event: { type: 'prepared' } },
  'failed: away': { event: { type: 'failed', because: 'away' } },
  'failed: token': { event: { type: 'failed', because: 'token' } },
  'failed: final': { event: { type: 'failed', because: 'final', code: 4404 } },
  'welcome, after_rev': { event: { type: 'welcome', heartbeat_ms: HEARTBEAT_MS, missed: true } },
  welcome: { event: { type: 'welcome', heartbeat_ms: HEARTBEAT_MS, missed: false } },
  caught_up: { event: { type: 'caught_up' } },
  resync: { event: { type: 'resync' } },
  heard: { event: { type: 'heard' } },
  'closed: jitter': { event: closed(1006) },
  'closed: new_token': { event: closed(4401) },
  'closed: new_token, renewed': { event: closed(4401), renew: true },
  'closed: final': { event: closed(4404) },
  alarm: { event: { type: 'alarm' } },
  'alarm, silent twice': { event: { type: 'alarm' }, silent: 2 },
  stop: { event: { type: 'stop' } },
} as const satisfies Record<string, Given>

/** A row for each type of event: one left out does not compile. */
type Left = Exclude<Event['type'], (typeof ROWS)[keyof typeof ROWS]['event']['type']>
const noneLeft: [Left] extends [never] ? true : Left = true

const attempt = 1
const states = ({ silent = 1, renew = false }: Partial<Given>): { [N in Name]: State } => {
  const open = { attempt, renew, heartbeat_ms: HEARTBEAT_MS, silent }
  return {
    offline: { name: 'offline', attempt, renew },
    preparing: { name: 'preparing', attempt, renew },
    opening: { name: 'opening', attempt, renew },
    catching_up: { name: 'catching_up', ...open },
    live: { name: 'live', ...open },
    waiting: { name: 'waiting', attempt, renew, retry_at: AT.now + 100 },
    closed: { name: 'closed' },
  }
}

const readme = readFileSync(path.join(import.meta.dirname, '../../README.md'), 'utf8')
const [, section = ''] = /## The connection\n(.*?)\n## /s.exec(`${readme}\n## `) ?? []
const cellsOf = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('`', ''))
const [[, ...columns] = [], , ...rows] = section
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map(cellsOf)

test('the table of the README has every state and every event', () => {
  expect(columns).toEqual(Object.keys(states({})))
  expect(rows.map(([event]) => event)).toEqual(Object.keys(ROWS))
  expect(noneLeft).toBe(true)
})

describe.each(Object.entries<Given>(ROWS))('%s', (row, given) => {
  test.each(Object.entries(states(given)))('in %s', (name, state) => {
    const expected = rows.find(([event]) => event === row)?.[columns.indexOf(name) + 1]
    expect(said(state, given.event)).toBe(expected)
  })
})

/** A cell as the table says it: the next state, what is done; a dot where nothing changes. */
function said(state: State, event: Event): string {
  const next = step(state, event, AT)
  if (next.state === state && next.effects.length === 0) return '·'
  const effects = next.effects.map((effect) => ('renew' in effect && effect.renew ? 'renew' : effect.do))
  return [next.state.name, ...effects].join(' ')
}

describe('a lost connection comes back', () => {
  const state = (attempt: number): State => ({ name: 'opening', attempt, renew: false })
  const chance = fc.record({ now: fc.nat(), random: fc.double({ min: 0, max: 1, noNaN: true }) })
  const waitAfter = (before: State, event: Event, at: At) => {
    const next = step(before, event, at).state
    return next.name === 'waiting' ? next.retry_at - at.now : undefined
  }

  test('with full jitter: anywhere in a window that doubles with each attempt, up to the cap', () => {
    fc.assert(
      fc.property(fc.nat({ max: 40 }), chance, (attempt, { now, random }) => {
        const window = Math.min(30_000, 500 * 2 ** attempt)
        expect(waitAfter(state(attempt), closed(1006), { ...AT, now, random })).toBe(Math.round(random * window))
      }),
    )
  })

  test.each([closeCodes.restarting.code, closeCodes.overloaded.code])(
    'over at least 2 s after %i, which sends away a crowd',
    (code) => {
      expect(waitAfter(state(0), closed(code), { ...AT, random: 1 })).toBe(2_000)
    },
  )

  test('never sooner than the server asks for', () => {
    const preparing: State = { name: 'preparing', attempt: 0, renew: false }
    const failed: Event = { type: 'failed', because: 'away', retry_after_ms: 7_000 }
    expect(waitAfter(preparing, failed, { ...AT, random: 0 })).toBe(7_000)
  })

  test('with its failures forgotten once it has lived through a heartbeat', () => {
    const live = { name: 'live', attempt: 5, renew: false, heartbeat_ms: HEARTBEAT_MS } as const
    expect(step({ ...live, silent: 0 }, { type: 'alarm' }, AT).state).toMatchObject({ name: 'live', attempt: 0 })
    expect(step({ ...live, silent: 1 }, { type: 'alarm' }, AT).state).toMatchObject({ name: 'live', attempt: 5 })
  })

  test.each(Object.values(closeCodes))('as the contract says for $code: $next', ({ code, next }) => {
    const after = step(state(0), closed(code), AT).state
    expect(after).toMatchObject(
      {
        final: { name: 'closed', code },
        new_token: { name: 'preparing', renew: true },
        jitter: { name: 'waiting' },
      }[next],
    )
  })
})

test('whatever happens, something is under way: an alarm, or news of the network', () => {
  const any = fc.constantFrom(...Object.values<Given>(ROWS).map(({ event }) => event))
  fc.assert(
    fc.property(fc.array(any, { maxLength: 60 }), fc.boolean(), (events, online) => {
      let { state, effects } = first(online)
      let alarm = effects.some((effect) => effect.do === 'alarm')
      for (const event of events) {
        const before: Name = state.name
        ;({ state, effects } = step(state, event, AT))
        // An alarm is over once it has rung, or its state is left.
        if (state.name !== before || event.type === 'alarm') alarm = false
        alarm ||= effects.some((effect) => effect.do === 'alarm')
        expect(alarm).toBe(state.name !== 'offline' && state.name !== 'closed')
        if (before === 'closed') expect(state.name).toBe('closed')
      }
    }),
  )
})
