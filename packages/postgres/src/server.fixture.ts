import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startPostgres } from '@farmgate/stores/postgres.ts'
import type { Store } from '@farmgate/stores/store.ts'

export type OwnServer = Store & {
  /** To the server with all its processes: stopping the first alone would leave open connections alive. */
  signalAll(signal: 'STOP' | 'CONT'): void
}

/** A Postgres server for one test file, to be killed and stopped at will; its folder goes with it. */
export async function ownServer(settings: readonly string[] = []): Promise<OwnServer> {
  const dir = await mkdtemp(path.join(tmpdir(), 'farmgate-own-'))
  const server = await startPostgres({ dir, settings })
  const close = async () => {
    await server.close()
    await rm(dir, { recursive: true, force: true })
  }
  const signalAll = (signal: string) => void execFileSync('kill', [`-${signal}`, ...family(String(server.pid))])
  // `pid` changes with each restart: the store keeps it, and must stay the one that is asked.
  return Object.assign(Object.create(server) as Store, { signalAll, close })
}

/** A way to the server that can be cut from outside: `reset` sends RST on every connection. */
export async function resettable(url: string) {
  const { port } = new URL(url)
  const clients = new Set<Socket>()
  const way = createServer((client) => {
    const upstream = connect(Number(port), '127.0.0.1')
    clients.add(client)
    client.on('close', () => clients.delete(client) && upstream.destroy()).on('error', () => upstream.destroy())
    upstream.on('close', () => client.destroy()).on('error', () => client.destroy())
    client.pipe(upstream).pipe(client)
  })
  await once(way.listen(0, '127.0.0.1'), 'listening')
  const own = new URL(url)
  own.port = String((way.address() as AddressInfo).port)
  return {
    url: own.href,
    reset: () => {
      for (const client of clients) client.resetAndDestroy()
    },
    close: async () => void way.close(),
  }
}

const family = (pid: string): string[] => [pid, ...childrenOf(pid).flatMap(family)]

const childrenOf = (pid: string) =>
  spawnSync('ps', ['-o', 'pid=', '--ppid', pid]).stdout.toString().split(/\s+/).filter(Boolean)
