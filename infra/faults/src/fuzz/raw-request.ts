import { connect } from 'node:net'

const PATIENCE_MS = 1_500

/**
 * Sends bytes as they are to a port, and gives what comes back until the other side hangs up, or for as long as we care
 * to wait for the rest of what may be no request at all. '' where it hung up without a word.
 */
export function sendBytes(port: number, bytes: Uint8Array): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let heard = ''
  const socket = connect(port, '127.0.0.1')
  const timer = setTimeout(() => socket.destroy(), PATIENCE_MS)
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1')
    // An answer that ended is enough; the connection may be kept for longer.
    if (/\r\n\r\n/.test(heard)) socket.end()
  })
  socket.on('error', () => undefined) // a close follows
  socket.on('close', () => {
    clearTimeout(timer)
    resolve(heard)
  })
  socket.end(bytes)
  return promise
}

/** The status of the first answer; 0 where there is none. */
export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)
