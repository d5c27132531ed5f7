import type { Message } from '@farmgate/contracts/messages.ts'
import { rawToken } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFarmgate, type FarmgateOptions } from '../farmgate.ts'
import type { Network, NetworkEvent } from '../network.ts'
import { openRoom } from '../open-room.ts'
import type { LiveRoom } from '../room-snapshot.ts'
import { messageOf } from '../timeline/room.fixture.ts'
import { type Answer, openScriptedOrigin, type Visit } from './scripted-origin.fixture.ts'

const HEARTBEAT_S = 20

/** The room as the origin has it. */
let history: Message[]
let card: { quantity: number; [field: string]: unknown }
let missing: Answer | undefined
let origin: Awaited<ReturnType<typeof openScriptedOrigin>>
let room: LiveRoom | undefined

const rev = () => Math.max(0, ...history.map((message) => message.rev))

beforeEach(async () => {
  history = [messageOf(1, 1), messageOf(2, 2)]
  card = { room_id: 'r-1', customer_id: 'c-1', farmer_id: 'f-1', order_status: 'new', quantity: 1 }
  missing = undefined
  origin = await openScriptedOrigin((url, method) => {
    if (url.pathname.startsWith('/chat/rooms/')) return card
    const afterRev = url.searchParams.get('after_rev')
    if (afterRev !== null && missing) return missing(url, method)
    const results = history.filter((message) => message.rev > Number(afterRev))
    return { results, has_more: false, last_seq: history.length, rev: rev(), read: { customer_seq: 0, farmer_seq: 0 } }
  })
})

afterEach(async () => {
  await room?.close()
  await origin.close()
})

function open(more: Partial<FarmgateOptions> = {}): LiveRoom {
  const token = async () => rawToken({ sub: 'c-1' })
  const farmgate = createFarmgate({ origin: origin.origin, token, backoff: { base: 1, cap: 5 }, ...more })
  room = openRoom(farmgate, { room_id: 'r-1', user_id: 'c-1' })
  return room
}

function welcome(visit: Visit, heartbeat_s = HEARTBEAT_S) {
  const read = { customer_seq: 0, farmer_seq: 0 }
  const place = { room_id: 'r-1', user_id: 'c-1', last_seq: history.length, rev: rev() }
  visit.say({ type: 'welcome', ...place, read, online: ['c-1', 'f-1'], order_status: 'new', heartbeat_s })
  visit.say({ type: 'caught_up', rev: rev() })
}

/** The n-th socket, welcomed. */
async function live(n: number, heartbeatS?: number): Promise<Visit> {
  const visit = await origin.visit(n)
  welcome(visit, heartbeatS)
  await until(() => room?.getSnapshot().connection.state === 'live')
  return visit
}

const eventually = (holds: () => void) =>
  until(() => {
    holds()
    return true
  })

const bodies = () => room?.getSnapshot().entries.map((entry) => (entry.state === 'stored' ? entry.message.body : ''))
const created = (seq: number, atRev: number) => ({ type: 'message.created', message: messageOf(seq, atRev) }) as const

describe('a hole', () => {
  test('is filled before anything after it is shown', async () => {
    open()
    const visit = await live(1)
    visit.say(created(5, 5))
    history = [messageOf(1, 3), messageOf(2, 2), messageOf(3, 4), messageOf(4, 6), messageOf(5, 5)]
    await eventually(() => expect(bodies()).toEqual(['1 as of 3', '2 as of 2', '3 as of 4', '4 as of 6', '5 as of 5']))
    expect(origin.asked).toContain('GET /chat/messages/?room_id=r-1&after_rev=2&limit=200')
  })

  test('that cannot be filled ends the socket; the next one is told what was missed', async () => {
    missing = () => ({ status: 503, code: 'unavailable' })
    open()
    const visit = await live(1)
    visit.say(created(4, 4))
    const next = await origin.visit(2)
    expect(next.url.searchParams.get('after_rev')).toBe('2')
    expect(bodies()).toEqual(['1 as of 1', '2 as of 2'])
  })

  test('of which the history knows nothing ends the socket, too', async () => {
    open()
    const visit = await live(1)
    visit.say(created(9, 9))
    await origin.visit(2)
    expect(bodies()).toEqual(['1 as of 1', '2 as of 2'])
  })
})

describe('a new socket', () => {
  test('says how far the last one has come', async () => {
    open()
    const visit = await live(1)
    visit.say(created(3, 3))
    await until(() => bodies()?.length === 3)
    visit.close(1012)
    const next = await origin.visit(2)
    expect(next.url.searchParams.get('after_rev')).toBe('3')
  })

  test('after resync reads everything anew', async () => {
    open()
    const visit = await live(1)
    history = [messageOf(1, 1, { body: 'restored' })]
    visit.say({ type: 'resync' })
    const next = await origin.visit(2)
    expect(next.url.searchParams.get('after_rev')).toBe('1')
    await eventually(() => expect(bodies()).toEqual(['restored']))
  })

  test('follows one that was silent for two heartbeats', async () => {
    open()
    const visit = await live(1, 0.02)
    await origin.visit(2)
    expect(visit.frames.filter(({ type }) => type === 'ping').length).toBeGreaterThanOrEqual(2)
  })

  test.each([4400, 4404])('does not follow %i', async (code) => {
    open()
    const visit = await live(1)
    visit.close(code)
    await eventually(() => expect(room?.getSnapshot().connection).toEqual({ state: 'closed', code }))
  })

  test('follows 4401 with a new token', async () => {
    let asked = 0
    open({ token: async () => rawToken({ sub: 'c-1', exp: 9_999_999_999, nr: ++asked }) })
    const visit = await live(1)
    visit.close(4401)
    const next = await origin.visit(2)
    expect(next.token).not.toBe(visit.token)
    expect(asked).toBe(2)
  })
})

test('an order that was placed while the line was cut brings its amount along', async () => {
  open()
  const visit = await live(1)
  visit.close(1012)
  const next = await origin.visit(2)
  card = { ...card, quantity: 7 }
  const message = messageOf(3, 3, { kind: 'order_placed', client_message_id: null })
  history.push(message)
  welcome(next)
  next.say({ type: 'message.created', message })
  await eventually(() => expect(room?.getSnapshot().room?.quantity).toBe(7))
})

describe('a token', () => {
  test('is renewed on the socket before it expires', async () => {
    const inMs = (ms: number) => (Date.now() + ms) / 1_000
    const [first, second] = [rawToken({ exp: inMs(500) }), rawToken({ exp: inMs(3_600_000) })]
    let asked = 0
    open({ token: async () => (++asked === 1 ? first : second) })
    const visit = await live(1)
    await eventually(() => expect(visit.frames).toContainEqual({ type: 'token.refresh', token: second }))
    expect(room?.getSnapshot().connection).toEqual({ state: 'live' })
  })

  test('that is not to be had is asked for again', async () => {
    let asked = 0
    open({ token: () => (++asked < 3 ? Promise.reject(new Error('signed out')) : Promise.resolve(rawToken({}))) })
    await live(1)
    expect(asked).toBeGreaterThanOrEqual(3)
  })
})

test('a room that is none of the caller’s is closed for good', async () => {
  await origin.close()
  origin = await openScriptedOrigin(() => ({ status: 404, code: 'unknown_room' }))
  open()
  await eventually(() => expect(room?.getSnapshot().connection).toEqual({ state: 'closed', code: 4404 }))
})

test('nothing is tried without a network, and at once when it is back', async () => {
  const listeners = new Set<(event: NetworkEvent) => void>()
  let isOnline = false
  const network: Network = {
    online: () => isOnline,
    watch(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const happen = (event: NetworkEvent) => {
    isOnline = event !== 'offline'
    for (const listener of listeners) listener(event)
  }
  open({ network })
  expect(room?.getSnapshot().connection).toEqual({ state: 'offline' })
  expect(origin.asked).toEqual([])
  happen('online')
  const visit = await live(1)
  happen('offline')
  await until(() => visit.closed())
  await eventually(() => expect(room?.getSnapshot()).toMatchObject({ connection: { state: 'offline' }, online: [] }))
  await room?.close()
  expect(listeners.size).toBe(0)
})

describe('a snapshot', () => {
  test('says who is there, who types, who has read how far, and how the order stands', async () => {
    open()
    const visit = await live(1)
    await eventually(() => expect(room?.getSnapshot().online).toEqual(['c-1', 'f-1']))
    visit.say({ type: 'typing', user_id: 'f-1', is_typing: true })
    visit.say({ type: 'read', user_id: 'f-1', seq: 2, read_at: '2026-11-23T12:00:00.000Z' })
    const changed_at = '2026-11-23T12:00:00.000Z'
    visit.say({ type: 'order.status', order_status: 'active', previous: 'new', changed_by: 'f-1', changed_at })
    const read = { customer_seq: 0, farmer_seq: 2 }
    await eventually(() => expect(room?.getSnapshot()).toMatchObject({ typing: ['f-1'], read, order_status: 'active' }))
    visit.say({ type: 'presence', user_id: 'f-1', online: false, last_seen_at: changed_at })
    const gone = { typing: [], online: ['c-1'], last_seen: { 'f-1': changed_at } }
    await eventually(() => expect(room?.getSnapshot()).toMatchObject(gone))
  })

  test('is the same until something changes', async () => {
    open()
    const visit = await live(1)
    const told = new Promise<void>((resolve) => room?.subscribe(resolve))
    const before = room?.getSnapshot()
    expect(room?.getSnapshot()).toBe(before)
    visit.say({ type: 'typing', user_id: 'f-1', is_typing: true })
    await told
    expect(room?.getSnapshot()).not.toBe(before)
    expect(room?.getSnapshot().entries).toBe(before?.entries)
  })
})

test('a read marker and typing are said as seldom as it takes, and reading again on a new socket', async () => {
  open()
  const visit = await live(1)
  for (const seq of [1, 1, 2, 1]) room?.read(seq)
  for (const is of [false, true, true, false, false]) room?.typing(is)
  const said = [
    { type: 'read', seq: 1 },
    { type: 'read', seq: 2 },
    { type: 'typing', is_typing: true },
    { type: 'typing', is_typing: false },
  ]
  await eventually(() => expect(visit.frames).toEqual(said))
  visit.close(1012)
  const next = await live(2)
  await eventually(() => expect(next.frames).toEqual([{ type: 'read', seq: 2 }]))
})

test('a read marker that the server could not store is said again with the next heartbeat, and not once it is stored', async () => {
  open()
  const visit = await live(1)
  room?.read(2)
  visit.say({ type: 'error', code: 'unavailable', detail: 'later' })
  visit.say({ type: 'pong' })
  await eventually(() => expect(visit.frames.filter(({ type }) => type === 'read')).toHaveLength(2))
  visit.say({ type: 'read', user_id: 'c-1', seq: 2, read_at: '2026-11-23T12:00:00.000Z' })
  visit.say({ type: 'pong' })
  visit.say({ type: 'typing', user_id: 'f-1', is_typing: true })
  await eventually(() => expect(room?.getSnapshot().typing).toEqual(['f-1']))
  expect(visit.frames.filter(({ type }) => type === 'read')).toHaveLength(2)
})
