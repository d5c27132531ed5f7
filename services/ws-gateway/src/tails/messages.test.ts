import { createdFields } from '@farmgate/contracts/message-events.ts'
import { createMetrics } from '@farmgate/service-kit/metrics.ts'
import { untraced } from '@farmgate/service-kit/trace.ts'
import { toFlat } from '@farmgate/streams/entries.ts'
import { expect, test } from 'vitest'
import { Hub } from '../hub.ts'
import { gatewayMetrics } from '../metrics.ts'
import { messageEntries } from './messages.ts'

const A = '6f1c2d34-8f6e-4d0f-9a53-0d8f6a0f1b11'
const B = '7f1c2d34-8f6e-4d0f-9a53-0d8f6a0f1b12'

/** A gateway's rooms, each open at rev 0, and what it says of entries that it cannot take. */
function hearer(...rooms: string[]) {
  const hub = new Hub(() => undefined)
  const read = { customer_seq: 0, farmer_seq: 0 }
  for (const id of rooms)
    hub
      .room(id)
      .opened({ room_id: id, last_seq: 0, rev: 0, read, order_status: null, customer_id: 'c-1', farmer_id: 'f-1' })
  const warned: string[] = []
  const log = { warn: (_about: object, event: string) => warned.push(event) }
  const metrics = gatewayMetrics(createMetrics('test'))
  const hear = messageEntries({ hub, log: log as never, trace: untraced, metrics })
  return {
    hear: (fields: Record<string, string>) => hear('1-0', toFlat(fields)),
    positions: () => rooms.map((id) => hub.get(id)?.gate.position),
    warned,
  }
}

const created = (...messages: [room: string, rev: number][]) =>
  createdFields(
    messages.map(([room_id, rev]) => ({ room_id, rev, frame: `{"rev":${rev}}` })),
    'r-1',
  )

test('messages.created: each message goes to its room, and what is no news says so', () => {
  const { hear, positions } = hearer(A, B)
  expect(hear(created([A, 1], [B, 1], [A, 2]))).toBe(true)
  expect(positions()).toEqual([2, 1])
  expect(hear(created([A, 1], [B, 1], [A, 2]))).toBe(false)
  expect(hear(created([A, 2], [A, 3]))).toBe(true)
  expect(positions()).toEqual([3, 1])
})

test('messages.created: rooms that nobody watches here are passed over', () => {
  const { hear, positions } = hearer(A)
  expect(hear(created([B, 1]))).toBe(false)
  expect(hear(created([B, 2], [A, 1]))).toBe(true)
  expect(positions()).toEqual([1])
})

test.each([
  ['a frame is missing', { frames: '{}' }],
  ['a rev is missing', { revs: '1' }],
  ['a rev is no number', { revs: '1 x' }],
  ['no rooms are named', { room_ids: '' }],
])('messages.created where %s: nothing of it is told, and it is said', (_, fault) => {
  const { hear, positions, warned } = hearer(A)
  expect(hear({ ...created([A, 1], [A, 2]), ...fault })).toBe(false)
  expect(positions()).toEqual([0])
  expect(warned).toEqual(['entry.malformed'])
})
