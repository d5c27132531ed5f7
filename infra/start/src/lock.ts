import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { realpath } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { StartError } from './start-error.ts'

/**
 * One launcher per data folder. The lock is a listening local socket: the kernel lets go of it when its process dies,
 * however it dies, which no pid file can promise.
 */
export async function lockFolder(data: string): Promise<{ close(): Promise<void> }> {
  const name = `farmgate-${createHash('sha256')
    .update(await realpath(data))
    .digest('hex')
    .slice(0, 16)}`
  const lock = createServer()
  lock.listen(process.platform === 'linux' ? `\0${name}` : path.join(tmpdir(), `${name}.sock`))
  try {
    await once(lock, 'listening')
  } catch (cause) {
    throw new StartError(`Farmgate already runs on ${data}: stop it first, or set FARMGATE_DATA`, { cause })
  }
  return { close: async () => void lock.close() }
}
