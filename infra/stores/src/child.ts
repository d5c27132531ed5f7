import { type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'

export type Child = {
  readonly pid: number
  /** Resolves when the process has ended, with how. Never rejects. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  isRunning(): boolean
  kill(signal: NodeJS.Signals): void
  /** Asks with `signal`, waits up to `patience_ms`, then kills. Resolves when the process is gone. */
  stop(signal: NodeJS.Signals, patience_ms?: number): Promise<void>
}

export type ChildOptions = SpawnOptions & {
  /** What the kernel sends the child when this process dies, however it dies (Linux). */
  onOrphaned: NodeJS.Signals
  /** A command that goes before ours and becomes it, like `unshare`. */
  under?: readonly string[]
}

/** A child is asked politely for this long before it is killed. */
const PATIENCE_MS = 10_000

/** Starts `command` in a process group of its own, so that the terminal's Ctrl-C reaches only its launcher. */
export async function startChild(command: string, args: readonly string[], options: ChildOptions): Promise<Child> {
  const { onOrphaned, under = [], ...spawning } = options
  const [program = command, ...words] = [...under, ...dyingWithParent(onOrphaned), command, ...args]
  const child = spawn(program, words, { ...spawning, detached: true })
  await once(child, 'spawn')
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  )
  const isRunning = () => child.exitCode === null && child.signalCode === null

  async function stop(signal: NodeJS.Signals, patience_ms = PATIENCE_MS) {
    if (!isRunning()) return
    child.kill(signal)
    // A process that was stopped (SIGSTOP) keeps the signal for later.
    child.kill('SIGCONT')
    const killer = setTimeout(() => child.kill('SIGKILL'), patience_ms)
    await ended
    clearTimeout(killer)
  }

  return { pid: child.pid ?? 0, ended, isRunning, kill: (signal) => void child.kill(signal), stop }
}

/** The words before a command that tie its life to ours: `setpriv` of util-linux, where it is there. */
function dyingWithParent(signal: NodeJS.Signals): string[] {
  const tie = ['setpriv', '--pdeathsig', signal.replace('SIG', ''), '--']
  return process.platform === 'linux' && spawnSync('setpriv', [...tie.slice(1), 'true']).status === 0 ? tie : []
}

/**
 * Ends the process that an earlier, killed launcher left behind. `pid` comes from the process's own pid file, so it may
 * long belong to someone else: only one whose command line contains `mark` is touched.
 */
export async function stopLeftover(pid: number, mark: string, signal: NodeJS.Signals): Promise<void> {
  const isThere = async () => (await commandOf(pid)).includes(mark)
  if (!(await isThere())) return
  process.kill(pid, signal)
  const deadline = Date.now() + PATIENCE_MS
  while (await isThere()) {
    if (Date.now() > deadline) process.kill(pid, 'SIGKILL')
    await wait(20)
  }
}

/** The command line of a running process; empty where there is none. */
export async function commandOf(pid: number): Promise<string> {
  if (process.platform !== 'linux') return spawnSync('ps', ['-o', 'command=', '-p', String(pid)]).stdout.toString()
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return line.replaceAll('\0', ' ')
}

/** The first number in a pid file; undefined where there is no file. */
export async function readPid(file: string): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10)
  return pid > 0 ? pid : undefined
}
