import { closeCodes } from '@farmgate/contracts/close-codes.ts'
import { FarmgateError } from '../errors.ts'
import type { Event } from './states.ts'

/** 400: no room is called that. The one thing in these requests that somebody else says is the room. */
const NO_SUCH_ROOM = [404, 400]

/**
 * Which refusals of the preparation are for good: the room is none of the caller's, or cannot be one. Only
 * Farmgate may say so: a proxy that has no route while services are replaced answers 404, too, and knows of no rooms.
 */
export function failure(error: unknown): Event {
  if (!(error instanceof FarmgateError)) return { type: 'failed', because: 'away' }
  if (error.status === 401) return { type: 'failed', because: 'token' }
  if (error.code === 'unreadable') return { type: 'failed', because: 'away' }
  if (NO_SUCH_ROOM.includes(error.status))
    return { type: 'failed', because: 'final', code: closeCodes.unknown_room.code }
  const { retry_after = 0 } = error
  return { type: 'failed', because: 'away', retry_after_ms: retry_after * 1_000 }
}
