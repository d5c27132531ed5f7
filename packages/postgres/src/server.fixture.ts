import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startPostgres } from '@farmgate/stores/postgres.ts'
import type { Store } from '@farmgate/stores/store.ts'

export type OwnServer = Store & {
  /** To the server with all its processes: stopping the first alone would leave open connections alive. */
  signalAll(signal: 'STOP' | 'CONT'): void
}

/** A Postgres server for one test file, to be killed and stopped at will; its folder goes with it. */
export async function ownServer(): Promise<OwnServer> {
  const dir = await mkdtemp(path.join(tmpdir(), 'farmgate-own-'))
  const server = await startPostgres({ dir })
  const close = async () => {
    await server.close()
    await rm(dir, { recursive: true, force: true })
  }
  const signalAll = (signal: string) => void execFileSync('kill', [`-${signal}`, ...family(String(server.pid))])
  // `pid` changes with each restart: the store keeps it, and must stay the one that is asked.
  return Object.assign(Object.create(server) as Store, { signalAll, close })
}

const family = (pid: string): string[] => [pid, ...childrenOf(pid).flatMap(family)]

const childrenOf = (pid: string) =>
  spawnSync('ps', ['-o', 'pid=', '--ppid', pid]).stdout.toString().split(/\s+/).filter(Boolean)
