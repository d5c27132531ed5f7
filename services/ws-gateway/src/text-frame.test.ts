import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import { textFrame } from './text-frame.ts'

let server: WebSocketServer
beforeAll(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
})
afterAll(() => {
  for (const client of server.clients) client.terminate()
  server.close()
})

/** What a client of ws reads of these bytes. */
function heard(bytes: Buffer): Promise<{ text: string; isBinary: boolean }> {
  server.once('connection', (_ws, { socket }) => socket.write(bytes))
  return new Promise((resolve, reject) => {
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
    client.on('message', (data: Buffer, isBinary) => {
      resolve({ text: data.toString(), isBinary })
      client.terminate()
    })
    client.on('error', reject)
  })
}

test.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])('a text of %i bytes is one frame', async (length) => {
  const text = 'x'.repeat(length)
  expect(await heard(textFrame(text).bytes)).toEqual({ text, isBinary: false })
})

test('what takes several bytes a character arrives whole', async () => {
  const text = '🍅 Grüße '.repeat(20)
  expect(await heard(textFrame(text).bytes)).toEqual({ text, isBinary: false })
})
