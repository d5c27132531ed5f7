import { MESSAGES_STREAM } from '@farmgate/contracts/message-events.ts'
import { ROOMS_STREAM } from '@farmgate/contracts/room-events.ts'
import { OpsError } from './verb.ts'

/** The streams that are worked on, and by whom; the others are only listened to. */
export const hearers: ReadonlyMap<string, string> = new Map([
  [ROOMS_STREAM, 'messages-api'],
  [MESSAGES_STREAM, 'rooms-api'],
])

/** @throws OpsError where it is none of them. */
export function streamNamed(name: string): string {
  if (!hearers.has(name)) throw new OpsError(`There is no stream ${name}: it is ${[...hearers.keys()].join(' or ')}`)
  return name
}
