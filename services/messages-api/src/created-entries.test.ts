import { FRAMES_STREAM, MESSAGES_STREAM, messageEvent } from '@farmgate/contracts/message-events.ts'
import { shardOf } from '@farmgate/streams/shards.ts'
import { expect, test } from 'vitest'
import { type Created, createdEntries } from './created-entries.ts'

const room = (n: number) => `6f1c2d34-8f6e-4d0f-9a53-0d8f6a0f${String(n).padStart(4, '0')}`
const created = (n: number, rev: number, traceparent?: string): Created => ({
  room_id: room(n),
  rev,
  frame: `{"rev":${rev}}`,
  card: null,
  traceparent,
})
const sharing = (count: number) => Array.from({ length: count }, (_, i) => created(1, i + 1))

test('a batch is an entry for each shard, in the order of the batch', () => {
  const batch = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2].map((n, i) => created(n, i + 1))
  const entries = createdEntries(batch, 'r-1')
  expect(entries.length).toBe(new Set(batch.map(({ room_id }) => shardOf(room_id))).size)
  for (const { stream, subject, fields } of entries) {
    expect(stream).toBe(FRAMES_STREAM)
    messageEvent.parse(fields)
    const mine = batch.filter(({ room_id }) => shardOf(room_id) === shardOf(subject))
    expect(fields).toMatchObject({
      type: 'messages.created',
      room_ids: mine.map(({ room_id }) => room_id).join(' '),
      revs: mine.map(({ rev }) => rev).join(' '),
      frames: mine.map(({ frame }) => frame).join('\n'),
      request_id: 'r-1',
    })
  }
})

test('an entry has 32 messages at most', () => {
  const revs = createdEntries(sharing(70), 'r-1').map(({ fields }) => fields.revs?.split(' ').length)
  expect(revs).toEqual([32, 32, 6])
})

test('a traced message has an entry of its own, with its context', () => {
  const entries = createdEntries([created(1, 1), created(1, 2, '00-trace'), created(1, 3)], 'r-1')
  expect(
    entries.map(({ stream, fields }) => [stream, fields.type, fields.revs ?? fields.rev, fields.traceparent]),
  ).toEqual([
    [FRAMES_STREAM, 'messages.created', '1 3', undefined],
    [MESSAGES_STREAM, 'message.created', '2', '00-trace'],
  ])
})
