import { expect, test } from 'vitest'
import type { Evidence, StoredMessage, StoredRoom, View } from './evidence.ts'
import { invariants } from './oracle.ts'

const message = (seq: number, more: Partial<StoredMessage> = {}): StoredMessage => ({
  message_id: `m-${seq}`,
  room_id: 'room',
  seq,
  rev: seq,
  kind: seq === 1 ? 'order_placed' : 'text',
  sender_id: 'ada',
  client_message_id: seq === 1 ? null : `c-${seq}`,
  body: `said ${seq}`,
  status_from: null,
  status_to: null,
  deleted: false,
  ...more,
})

const room: StoredRoom = {
  room_id: 'room',
  last_seq: 3,
  rev: 3,
  order_status: 'new',
  card: { last_seq: 3, order_status: 'new', customer_unread: 0, farmer_unread: 2 },
  recount: { customer_unread: 0, farmer_unread: 2 },
  revs: [1, 2, 3],
  messages: [message(1), message(2), message(3)],
}

const shown = (stored: StoredMessage): View['messages'][number] => ({
  ...stored,
  images: [],
  is_read: false,
  order_status: null,
  created_at: '2026-01-01T00:00:00.000Z',
  edited_at: null,
  deleted_at: null,
})

const view: View = {
  room_id: 'room',
  user: 'ada',
  since: 1,
  messages: [message(2), message(3)].map(shown),
  acknowledged: new Set(['c-2', 'c-3']),
  unsettled: 0,
  sent: ['c-2', 'c-3'].map((client_message_id) => ({ client_message_id, connection: 1, times: 1 })),
  reads: new Map([['bo', [1, 2]]]),
  breaches: [],
}

const good: Evidence = {
  operations: [{ what: 'GET /', began: 0, ms: 5, status: 200 }],
  mostMs: 10_000,
  misses: [],
  views: [view],
  rooms: [room],
  overheard: [],
  leaks: [],
  fallen: [],
  leftOver: { outbox: 0, pending: 0, unread: 0, deadLetters: 0 },
  resources: [{ process: 'web', before: { rssMb: 90, files: 30 }, now: { rssMb: 95, files: 30 } }],
}

const broken = (evidence: Evidence) =>
  invariants.filter(({ breaches }) => breaches(evidence).length > 0).map(({ id }) => id)
const seeing = (more: Partial<View>): Evidence => ({ ...good, views: [{ ...view, ...more }] })
const storing = (more: Partial<StoredRoom>): Evidence => ({ ...good, rooms: [{ ...room, ...more }] })
const answering = (status: number | 'lost', ms: number): Evidence => ({
  ...good,
  operations: [{ what: 'GET /', began: 0, ms, status }],
})

test('where all is well nothing is broken', () => {
  expect(broken(good)).toEqual([])
})

test.each<[string, string, Evidence]>([
  ['I1', 'acknowledged and not stored', seeing({ acknowledged: new Set(['c-2', 'c-3', 'c-4']) })],
  ['I1', 'stored and not shown', seeing({ messages: [shown(message(2))] })],
  ['I1', 'shown as it was before an edit', seeing({ messages: [message(2), message(3, { body: 'old' })].map(shown) })],
  ['I1', 'never acknowledged', seeing({ unsettled: 1 })],
  ['I2', 'stored twice', storing({ messages: [message(1), message(2), message(3, { client_message_id: 'c-2' })] })],
  ['I3', 'told twice', seeing({ breaches: ['rev 2 after 2'] })],
  ['I3', 'a seq left out', storing({ messages: [message(1), message(2), message(3, { seq: 4 })] })],
  ['I3', 'a rev left out', storing({ revs: [1, 3] })],
  ['I4', 'the second stored first', seeing({ sent: [...view.sent].reverse() })],
  ['I5', 'a card that drifted', storing({ card: { ...room.card, farmer_unread: 1 } })],
  ['I5', 'a marker that fell', seeing({ reads: new Map([['bo', [2, 1]]]) })],
  ['I6', 'a step left out', storing({ messages: [message(1), message(2), skip(3)] })],
  ['I6', 'a card with another status', storing({ card: { ...room.card, order_status: 'active' } })],
  ['I7', 'not in the next read', { ...good, misses: ['c-2'] }],
  ['I8', 'a 500', answering(500, 1)],
  ['I8', 'no answer', answering('lost', 1)],
  ['I8', 'too late', answering(200, 10_001)],
  ['I8', 'a process that fell', { ...good, fallen: ['web'] }],
  ['I9', 'work left over', { ...good, leftOver: { ...good.leftOver, pending: 1 } }],
  ['I9', 'a dead letter too few', { ...good, leftOver: { ...good.leftOver, deadLetters: -1 } }],
  [
    'I9',
    'memory',
    { ...good, resources: [{ process: 'web', before: { rssMb: 90, files: 30 }, now: { rssMb: 300, files: 30 } }] },
  ],
  ['canary', 'a token in a log', { ...good, leaks: ['the log of web shows a token'] }],
  ['I10', 'a stranger hears', { ...good, overheard: ['welcome'] }],
])('%s finds %s', (id, _, evidence) => {
  expect(broken(evidence)).toContain(id)
})

test('an order among sends that were repeated is nobody’s promise', () => {
  const sent = [...view.sent].reverse().map((it) => ({ ...it, times: 2 }))
  expect(broken(seeing({ sent }))).toEqual([])
})

function skip(seq: number): StoredMessage {
  return message(seq, { kind: 'order_status', status_from: 'new', status_to: 'completed' })
}
