import { createServer } from 'node:net'

/** Below the range that Linux hands to outgoing connections (32768 and up), so that none of those takes the port meanwhile. */
const LOWEST = 15_000
const HIGHEST = 31_000

/** A TCP port of 127.0.0.1 that nobody listens on at the moment, and that is given to nobody else while we live (Linux). */
export async function freePort(): Promise<number> {
  const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))
  return (await isFree(port)) && (await claim(port)) ? port : freePort()
}

/**
 * Between choosing and listening lie seconds, in which another process may choose the same; of two that share their port
 * with others (SO_REUSEPORT) neither would be told. So we take a name that the kernel frees when we end, however we end.
 */
function claim(port: number): Promise<boolean> {
  if (process.platform !== 'linux') return Promise.resolve(true)
  return new Promise((resolve) => {
    const name = createServer()
    name.once('error', () => resolve(false))
    name.listen(`\0farmgate-port-${port}`, () => resolve(true)).unref()
  })
}

/** Whether `port` of 127.0.0.1 and of all interfaces can be listened on. */
export async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port, '0.0.0.0'))
}

const canListen = (port: number, host: string) =>
  new Promise<boolean>((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)))
  })
