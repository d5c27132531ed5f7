import { closeCodes } from '@farmgate/contracts/close-codes.ts'
import type { At, Event, State, Step, Try } from './states.ts'

/*
 * What a connection does, as a table of states and events: no socket, no timer, no clock in it (driver.ts has those). The
 * same table stands in the README, and its test compares the two, cell by cell.
 */

type Name = State['name']
type In<S extends Name> = Extract<State, { name: S }>
type Of<E extends Event['type']> = Extract<Event, { type: E }>
type Cell<S extends Name, E extends Event['type']> = (state: In<S>, event: Of<E>, at: At) => Step
/** No cell: the event changes nothing there. */
type Table = { [S in Name]: { [E in Event['type']]: Cell<S, E> | undefined } }

/** A preparation or a handshake that takes longer will not come to anything. Longer than a request's deadline. */
const PATIENCE_MS = 40_000
/** Heartbeats in which nothing came, before a connection counts as dead. */
const MAX_SILENT = 2
/** Who looks at it again wants to know soon whether it still lives. */
const PROBE_MS = 4_000
/** A server that restarts or has too much to do sends away many at once: they come back over at least `base` × 2². */
const CROWD_ATTEMPT = 2

export const first = (online: boolean): Step => {
  const fresh: Try = { attempt: 0, renew: false }
  return online ? prepare(fresh) : { state: { name: 'offline', ...fresh }, effects: [] }
}

export function step(state: State, event: Event, at: At): Step {
  // The table is typed by cell; that a cell belongs to this state and event is what looking it up means.
  const cell = table[state.name][event.type] as Cell<Name, Event['type']> | undefined
  return cell?.(state, event, at) ?? { state, effects: [] }
}

const prepare = ({ attempt, renew }: Try): Step => ({
  state: { name: 'preparing', attempt, renew },
  effects: [
    { do: 'prepare', renew },
    { do: 'alarm', in_ms: PATIENCE_MS },
  ],
})

/** Full jitter: anywhere between now and the end of a window that doubles with each attempt. */
function retry({ attempt, renew }: Try, { now, random, backoff }: At, atLeastMs = 0): Step {
  const window = Math.min(backoff.cap, backoff.base * 2 ** attempt)
  const in_ms = Math.max(atLeastMs, Math.round(random * window))
  return {
    state: { name: 'waiting', attempt: attempt + 1, renew, retry_at: now + in_ms },
    effects: [{ do: 'alarm', in_ms }],
  }
}

const dropping = (then: Step): Step => ({ ...then, effects: [{ do: 'drop' }, ...then.effects] })

const close = (code?: number): Step => ({ state: { name: 'closed', ...(code !== undefined && { code }) }, effects: [] })
const stop = (): Step => dropping(close())
const goOffline = ({ renew }: Try): Step => dropping({ state: { name: 'offline', attempt: 0, renew }, effects: [] })
const tooLong = (state: Try, _event: unknown, at: At): Step => dropping(retry(state, at))

const CROWDS: number[] = [closeCodes.restarting.code, closeCodes.overloaded.code]
const nextAfter = (code: number) => Object.values(closeCodes).find((row) => row.code === code)?.next ?? 'jitter'

/** The socket is gone: what its close code says is done. */
function gone(state: Try, { code }: Of<'closed'>, at: At): Step {
  const { attempt } = state
  switch (nextAfter(code)) {
    case 'final':
      return close(code)
    case 'new_token':
      // At once, but only once: a new token that is refused as well is no reason to hurry.
      return state.renew ? retry(state, at) : prepare({ attempt, renew: true })
    case 'jitter':
      return retry({ attempt: CROWDS.includes(code) ? Math.max(attempt, CROWD_ATTEMPT) : attempt, renew: false }, at)
  }
}

function failed(state: Try, { because, code, retry_after_ms }: Of<'failed'>, at: At): Step {
  if (because === 'final') return close(code)
  return retry({ ...state, renew: because === 'token' }, at, retry_after_ms)
}

const welcomed = (state: Try, { heartbeat_ms, missed }: Of<'welcome'>): Step => ({
  state: { name: missed ? 'catching_up' : 'live', attempt: state.attempt, renew: false, heartbeat_ms, silent: 0 },
  effects: [{ do: 'alarm', in_ms: heartbeat_ms }],
})

/** A heartbeat is over. A connection that has lived through one is a good one: its failures are forgotten. */
function beat(state: In<'catching_up' | 'live'>, _event: unknown, at: At): Step {
  if (state.silent >= MAX_SILENT) return dropping(retry(state, at))
  const attempt = state.silent === 0 ? 0 : state.attempt
  return {
    state: { ...state, attempt, silent: state.silent + 1 },
    effects: [{ do: 'ping' }, { do: 'alarm', in_ms: state.heartbeat_ms }],
  }
}

/** Perhaps the machine slept, and the socket is dead without knowing it: it has to answer now. */
const probe = (state: In<'catching_up' | 'live'>): Step => ({
  state: { ...state, silent: MAX_SILENT },
  effects: [{ do: 'ping' }, { do: 'alarm', in_ms: PROBE_MS }],
})

const heard = (state: In<'catching_up' | 'live'>): Step => ({
  state: state.silent === 0 ? state : { ...state, silent: 0 },
  effects: [],
})

function startOver(state: Try, _event: unknown, at: At): Step {
  const { state: waiting, effects } = retry(state, at)
  return { state: waiting, effects: [{ do: 'drop' }, { do: 'forget' }, ...effects] }
}

const nothing = {
  online: undefined,
  offline: undefined,
  visible: undefined,
  prepared: undefined,
  failed: undefined,
  welcome: undefined,
  caught_up: undefined,
  resync: undefined,
  heard: undefined,
  closed: undefined,
  alarm: undefined,
} as const

const table: Table = {
  offline: { ...nothing, online: (state) => prepare(state), stop },
  preparing: {
    ...nothing,
    offline: goOffline,
    prepared: ({ attempt, renew }) => ({
      state: { name: 'opening', attempt, renew },
      effects: [{ do: 'open' }, { do: 'alarm', in_ms: PATIENCE_MS }],
    }),
    failed,
    alarm: tooLong,
    stop,
  },
  opening: { ...nothing, offline: goOffline, welcome: welcomed, closed: gone, alarm: tooLong, stop },
  catching_up: {
    ...nothing,
    offline: goOffline,
    visible: probe,
    caught_up: (state) => ({
      state: { ...state, name: 'live' },
      effects: [{ do: 'alarm', in_ms: state.heartbeat_ms }],
    }),
    resync: startOver,
    heard,
    closed: gone,
    alarm: beat,
    stop,
  },
  live: { ...nothing, offline: goOffline, visible: probe, resync: startOver, heard, closed: gone, alarm: beat, stop },
  waiting: {
    ...nothing,
    // Somebody looks, or the network is back: there is no reason to wait any longer.
    online: (state) => prepare(state),
    offline: goOffline,
    visible: (state) => prepare(state),
    alarm: (state) => prepare(state),
    stop,
  },
  closed: { ...nothing, stop: undefined },
}
