import { type Bell, backoffMs } from './bell.ts'
import { errorFields, type Log } from './log.ts'
import { hangUp, type Redis } from './redis.ts'

/** A reader is never away from a Redis that is there for longer than this. */
const RETRY_MOST_MS = 1_000

type Rounds = {
  reader: Redis
  bell: Bell
  log: Log
  /** What the log is to know, and under which name. */
  about: object
  event: string
  round(): Promise<void>
  /** A round was cut off: a reply may be lost. */
  onFault(): void
  isClosing(): boolean
}

/** Goes round after round while the reader is connected, over every fault of Redis, until closing. */
export async function goRound({ reader, bell, log, about, event, round, onFault, isClosing }: Rounds): Promise<void> {
  let faults = 0
  const failed = async (error: unknown) => {
    onFault()
    if (isClosing()) return
    log[faults === 0 ? 'warn' : 'debug']({ ...about, ...errorFields(error) }, event)
    hangUp(reader, error)
    await bell.wait(backoffMs(faults++, RETRY_MOST_MS))
  }
  reader.on('ready', bell.ring)
  while (!isClosing()) {
    if (reader.status !== 'ready') await bell.wait(RETRY_MOST_MS)
    else
      try {
        await round()
        faults = 0
      } catch (error) {
        await failed(error)
      }
  }
}
