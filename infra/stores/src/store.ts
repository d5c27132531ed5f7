import { setTimeout as wait } from 'node:timers/promises'
import type { Child } from './child.ts'

/** A real database or Redis process that this process started and owns. */
export type Store = {
  readonly url: string
  readonly port: number
  readonly dir: string
  /** Of the process that runs now: `restart` changes it. */
  readonly pid: number
  /** Resolves when the process that runs now has ended, wanted or not. */
  ended(): Promise<unknown>
  /** For fault tests: SIGKILL, SIGSTOP, SIGCONT … */
  kill(signal: NodeJS.Signals): void
  /** Ends the process and keeps port and data. */
  stop(): Promise<void>
  /** Starts it again on the same port and data, ending it first where it still runs. */
  restart(): Promise<void>
  /** Ends the process for good; the data stays. */
  close(): Promise<void>
}

type Place = { url: string; port: number; dir: string; stopSignal: NodeJS.Signals }

/** A store out of `start`, which brings up one ready process at the place. */
export async function openStore(place: Place, start: () => Promise<Child>): Promise<Store> {
  const { stopSignal, ...where } = place
  let child = await start()
  const stop = () => child.stop(stopSignal)
  return {
    ...where,
    get pid() {
      return child.pid
    },
    ended: () => child.ended,
    kill: (signal) => child.kill(signal),
    stop,
    async restart() {
      await stop()
      child = await start()
    },
    close: stop,
  }
}

/** Polls `isReady` while `child` lives; ends it and throws with the end of its log where it does not come up in time. */
export async function untilReady(child: Child, log: () => Promise<string>, isReady: () => Promise<boolean>) {
  const deadline = Date.now() + READY_WITHIN_MS
  while (child.isRunning() && Date.now() < deadline) {
    if (await isReady()) return child
    await wait(POLL_MS)
  }
  await child.stop('SIGKILL')
  throw new Error(`It did not start. The end of its log:\n${(await log()).trim().split('\n').slice(-8).join('\n')}`)
}

/** Recovery after a crash included. */
const READY_WITHIN_MS = 30_000
const POLL_MS = 10
