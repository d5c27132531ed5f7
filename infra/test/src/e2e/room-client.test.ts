import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Message } from '@farmgate/contracts/messages.ts'
import { expect, onTestFinished, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { RoomClient } from './room-client.ts'

// The client is the oracle of the delivery contract: what it must see is planted here.

const golden = JSON.parse(
  readFileSync(new URL('../../../../packages/contracts/golden/room-server-frames.json', import.meta.url), 'utf8'),
)
const created = (seq: number, more: Partial<Message> = {}) => ({
  type: 'message.created',
  message: { ...golden['message.created'].message, message_id: `m-${seq}`, seq, rev: seq, ...more },
})

test.each([
  ['in order', [created(1), created(2)], []],
  ['the same one twice', [created(1), created(1)], ['rev 1 after 1']],
  ['one left out', [created(1), created(3)], ['rev 3 after 1']],
  ['two the wrong way round', [created(2), created(1)], ['rev 2 after 0', 'rev 1 after 2']],
])('%s', async (_, frames, breaches) => {
  const { client, server } = await meet()
  for (const frame of frames) server.send(JSON.stringify(frame))
  await client.next('message.created', ({ message }) => message.seq === frames.at(-1)?.message.seq)
  server.send('{"type":"pong"}')
  await client.next('pong')
  expect(client.breaches).toEqual(breaches)
})

test('its own message twice is a breach where it was said once', async () => {
  const { client, server } = await meet()
  const client_message_id = client.send('Friday?')
  const mine = JSON.stringify(created(1, { client_message_id, sender_id: 'ada' }))
  for (const frame of [mine, mine, '{"type":"pong"}']) server.send(frame)
  await client.next('pong')
  expect(client.breaches).toEqual(['rev 1 after 1'])
})

async function meet() {
  const http = createServer().listen(0, '127.0.0.1')
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => 'farmgate.v1' })
  await once(http, 'listening')
  const address = http.address()
  const client = new RoomClient(`ws://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, 'room', 'ada')
  const [server] = (await once(sockets, 'connection')) as [WebSocket]
  server.send(JSON.stringify({ ...golden.welcome, rev: 0, last_seq: 0 }))
  await client.next('welcome')
  onTestFinished(async () => {
    await client.close()
    sockets.close()
    http.close()
  })
  return { client, server }
}
