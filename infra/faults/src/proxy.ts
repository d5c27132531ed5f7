import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/**
 * pass: as it comes. delay: each byte later by so many ms. throttle: so many bytes a second. drop-replies: what the store
 * answers is lost. black-hole: nothing moves in either direction, and nobody is told, as where packets are dropped.
 */
type Weather =
  | { is: 'pass' | 'drop-replies' | 'black-hole' }
  | { is: 'delay'; ms: number }
  | { is: 'throttle'; bytesPerS: number }

export type StoreProxy = {
  readonly port: number
  /** Holds from now on, also for connections that are open. */
  set(weather: Weather): void
  /** Ends every connection with a RST. */
  reset(): void
  close(): Promise<void>
}

type Tunnel = { client: Socket; store: Socket; hasLost: boolean }

/** A way to a TCP port of 127.0.0.1 that can be made as bad as networks are. */
export async function openProxy(target: number): Promise<StoreProxy> {
  const tunnels = new Set<Tunnel>()
  let weather: Weather = { is: 'pass' }
  let cleared = Promise.withResolvers<void>()

  /** Resolves when `bytes` that have just come may go on; false where they are lost. */
  const travel = async (bytes: number, isReply: boolean): Promise<boolean> => {
    // What is under way in a black hole is not lost: TCP says it again until somebody hears.
    while (weather.is === 'black-hole') await cleared.promise
    if (weather.is === 'delay') await later(weather.ms)
    if (weather.is === 'throttle') await later((bytes / weather.bytesPerS) * 1_000)
    return !(isReply && weather.is === 'drop-replies')
  }

  const pump = (tunnel: Tunnel, from: Socket, to: Socket) => {
    const isReply = from === tunnel.store
    let way = Promise.resolve()
    from.on('data', (chunk) => {
      const waits =
        weather.is === 'throttle' ? way.then(() => travel(chunk.length, isReply)) : travel(chunk.length, isReply)
      way = way.then(async () => {
        if (!(await waits)) tunnel.hasLost = true
        else if (to.writable && !to.write(chunk)) await drained(from, to)
      })
    })
    from.on('end', () => void way.then(() => to.end()))
    from.on('close', () => void way.then(() => to.destroy()))
    from.on('error', () => to.destroy())
  }

  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const tunnel = { client, store: connect({ port: target, host: '127.0.0.1', noDelay: true }), hasLost: false }
    tunnels.add(tunnel)
    client.on('close', () => tunnels.delete(tunnel))
    pump(tunnel, client, tunnel.store)
    pump(tunnel, tunnel.store, client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()

  const reset = (which: Iterable<Tunnel>) => {
    for (const { client, store } of which) {
      client.resetAndDestroy()
      store.destroy()
    }
  }
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    set(next) {
      weather = next
      cleared.resolve()
      cleared = Promise.withResolvers<void>()
      // A connection that has lost bytes cannot go on: what comes next would be taken for what is missing.
      reset([...tunnels].filter((tunnel) => tunnel.hasLost))
    },
    reset: () => reset([...tunnels]),
    async close() {
      weather = { is: 'pass' }
      cleared.resolve()
      reset([...tunnels])
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

async function drained(from: Socket, to: Socket) {
  from.pause()
  await new Promise<void>((resolve) => to.once('drain', resolve).once('close', resolve))
  from.resume()
}
