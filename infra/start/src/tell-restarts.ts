import { unwatchFile, watchFile } from 'node:fs'
import { readFile } from 'node:fs/promises'

const LOOK_MS = 300

/** What `node --watch` writes into the log of its program. */
const RESTARTS = /^Restarting /m
const FAILED = /^Failed running /m

/** Says when a watched service starts anew, and when it cannot: without this both stand in its log alone. */
export function tellRestarts(name: string, log: string, say: (line: string) => void): { close(): Promise<void> } {
  const look = async ({ size }: { size: number }, before: { size: number }) => {
    if (size <= before.size) return
    const text = (await readFile(log)).subarray(before.size).toString()
    if (RESTARTS.test(text)) say(`${name} starts anew: a file of it has changed`)
    if (FAILED.test(text)) say(`${name} has failed and waits for a change; see ${log}`)
  }
  watchFile(log, { interval: LOOK_MS }, look)
  return { close: async () => unwatchFile(log, look) }
}
