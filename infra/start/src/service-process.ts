import { mkdir, open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Child, startChild } from '@farmgate/stores/child.ts'
import { ROOT, type ServiceName } from './services.ts'

export type ServiceProcess = {
  readonly name: ServiceName
  /** Of the process that runs now: `restart` changes it. */
  readonly pid: number
  /** Resolves when the process that runs now has ended, wanted or not. */
  ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  isRunning(): boolean
  kill(signal: NodeJS.Signals): void
  /** Starts it anew, ending it first where it still runs. Does not wait for it to be ready. */
  restart(): Promise<void>
  /** SIGTERM, and SIGKILL where it has not ended 15 s later. */
  close(): Promise<void>
}

export type ServiceOptions = {
  name: ServiceName
  env: Record<string, string | undefined>
  /** The file that takes what it prints; our own output where not given. */
  log?: string
  /** Start it anew whenever one of its files changes. */
  watch?: boolean
  nodeFlags?: readonly string[]
}

const STOP_MS = 15_000

/** Starts `services/<name>/src/main.ts` as a process that only we end (see startChild). */
export async function startService(options: ServiceOptions): Promise<ServiceProcess> {
  let child = await spawnService(options)
  const close = () => child.stop('SIGTERM', STOP_MS)
  return {
    name: options.name,
    get pid() {
      return child.pid
    },
    ended: () => child.ended,
    isRunning: () => child.isRunning(),
    kill: (signal) => child.kill(signal),
    async restart() {
      await close()
      child = await spawnService(options)
    },
    close,
  }
}

async function spawnService({ name, env, log, watch = false, nodeFlags = [] }: ServiceOptions): Promise<Child> {
  const words = [...nodeFlags, ...(watch ? ['--watch', '--watch-preserve-output'] : []), `services/${name}/src/main.ts`]
  const spawning = { cwd: ROOT, env, onOrphaned: 'SIGTERM' } as const
  if (log === undefined)
    return startChild(process.execPath, words, { ...spawning, stdio: ['ignore', 'inherit', 'inherit'] })
  await mkdir(path.dirname(log), { recursive: true })
  const file = await open(log, 'a', 0o600)
  const child = await startChild(process.execPath, words, { ...spawning, stdio: ['ignore', file.fd, file.fd] })
  await file.close()
  return child
}

/** The last lines of a log, for the message about a service that did not come up. */
export async function endOfLog(log: string | undefined): Promise<string> {
  const text = log ? await readFile(log, 'utf8').catch(() => '') : ''
  return text.trim().split('\n').slice(-5).join('\n')
}
