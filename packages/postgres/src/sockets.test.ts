import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { watchSockets } from './sockets.ts'

/** A server that does with each connection what it is told, and a watched socket to it. */
async function connectTo(serve: (socket: Socket) => void) {
  const server = createServer(serve)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sockets = watchSockets({ silentMs: 60, lookMs: 10 })
  onTestFinished(() => {
    sockets.close()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const socket = sockets.open({ host: ['127.0.0.1'], port: [port] })
  await once(socket, 'connect')
  return socket
}

/** Looks of the watch that pass without a sleep of a fixed length. */
async function pass(ms: number) {
  const end = performance.now() + ms
  while (performance.now() < end) await turn()
}

test('a socket that was asked and stays silent is destroyed', async () => {
  const socket = await connectTo((other) => other.resume())
  const begun = performance.now()
  socket.write('are you there?')
  await once(socket, 'close')
  expect(performance.now() - begun).toBeGreaterThanOrEqual(60)
})

test('one that is answered, and one that is asked nothing, stay open', async () => {
  const socket = await connectTo((other) => other.pipe(other))
  socket.resume()
  for (let n = 0; n < 4; n++) {
    socket.write('are you there?')
    await once(socket, 'data')
    await pass(30)
  }
  await pass(120)
  expect(socket.destroyed).toBe(false)
})
