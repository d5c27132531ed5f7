import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

/** The way from a client to the one origin, made bad on demand. */
export type BadLine = {
  origin: string
  /** Every connection breaks; new ones are let through. */
  drop: () => void
  /** Nothing gets through any more, until `heal`: what is open breaks, what is new is refused. */
  cut: () => void
  /** What the client says still arrives, but no answer comes back: `drop` or `heal` ends it. */
  muffle: () => void
  heal: () => void
  close: () => Promise<void>
}

export async function openBadLine(target: string): Promise<BadLine> {
  const { hostname, port } = new URL(target)
  const open = new Set<Socket>()
  let isCut = false
  let isMuffled = false
  const server = createServer((client) => {
    if (isCut) return client.destroy()
    const origin = connect(Number(port), hostname)
    for (const socket of [client, origin]) {
      open.add(socket)
      // Either end may go at any time; the other one follows.
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        open.delete(socket)
        client.destroy()
        origin.destroy()
      })
    }
    client.on('data', (bytes) => origin.write(bytes))
    origin.on('data', (bytes) => isMuffled || client.write(bytes))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const drop = () => {
    isMuffled = false
    for (const socket of open) socket.destroy()
  }
  return {
    // A server that listens on a port has an address with a port.
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    drop,
    cut() {
      isCut = true
      drop()
    },
    muffle() {
      isMuffled = true
    },
    heal() {
      isCut = false
      // Whoever was not answered would wait for ever.
      if (isMuffled) drop()
    },
    close() {
      drop()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
