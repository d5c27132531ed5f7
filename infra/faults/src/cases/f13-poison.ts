import { randomUUID } from 'node:crypto'
import { shardOf, streamKey } from '@farmgate/streams/shards.ts'
import type { FaultCase, Trial } from '../fault-case.ts'
import { expectSoon } from '../strike.ts'

const MB = 1_000_000

/** What cannot be read, by the stream that it is put on. Each is given up at once, as one dead letter. */
const POISON = {
  messages: [
    // Parsers quote what they read: the words of the load, which must not come into a log.
    { type: 'message.created', card: '{"this is what I say' },
    { type: 'message.created', room_id: 'a room?', rev: 'one', card: '{"card_rev":1}' },
    { type: 'message.created', card: 'x'.repeat(MB) },
    { type: 'message.created', card: '{"__proto__":{"is_admin":true}}', __proto__: 'polluted' },
  ],
  rooms: [
    { events: '{not JSON' },
    { request_id: 'no events' },
    { events: `["${'x'.repeat(MB)}"]` },
    { events: '[{"type":"room.opened","__proto__":{"event_no":1}}]' },
  ],
} as const

/** Of a producer that is newer than we are: skipped. */
const unknownType = (room_id: string) => ({ type: 'message.sung', room_id, rev: '1', frame: '{}', card: '' })

/** Forged: rooms-api, asked for what came before, knows no such room. One dead letter. */
const unknownRoom = () => {
  const event = { type: 'room.opened', room_id: randomUUID(), event_no: 2, at: new Date().toISOString() }
  return { events: JSON.stringify([{ ...event, customer_id: 'ada', farmer_id: 'bo', product_id: 'hay' }]) }
}

export const f13: FaultCase = {
  id: 'F13',
  name: 'poison entries: bad JSON, missing fields, 1 MB, __proto__, unknown type, unknown room',
  async run(trial) {
    const [room] = trial.load.conversations
    if (!room) throw new Error('no room')
    for (const [stream, entries] of Object.entries(POISON)) {
      for (const entry of entries) await put(trial, stream, room.room_id, entry)
      trial.deadLetters += entries.length
    }
    await put(trial, 'messages', room.room_id, unknownType(room.room_id))
    await put(trial, 'rooms', room.room_id, unknownRoom())
    trial.deadLetters++
    // On the same shard, behind all of it.
    const id = room.customer.send('said after the poison')
    await expectSoon(trial, 'the next good one is on the card', () => isOnCard(trial, room.room_id, id), 3_000)
  },
}

const put = ({ world }: Trial, stream: string, room_id: string, entry: Record<string, string>) =>
  world.redis.xadd(streamKey(stream, shardOf(room_id)), '*', ...Object.entries(entry).flat())

async function isOnCard({ world }: Trial, room_id: string, client_message_id: string) {
  const [found] = await world.sql`
    select from rooms.rooms r join messages.messages m using (room_id)
    where r.room_id = ${room_id} and m.client_message_id = ${client_message_id} and r.last_seq >= m.seq`
  return found
}
