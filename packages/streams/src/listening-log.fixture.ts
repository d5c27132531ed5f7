import type { Log } from './log.ts'

/** A log that remembers the names of the events said. */
export function listeningLog(): { log: Log; said: string[] } {
  const said: string[] = []
  const say = (_fields: object, event: string) => void said.push(event)
  return { log: { debug: () => undefined, info: say, warn: say, error: say }, said }
}
