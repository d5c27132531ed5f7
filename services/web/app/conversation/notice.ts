import type { ConnectionStatus } from '@farmgate/client/connection/status.ts'

/** Why nothing goes out now; `undefined` while it does. */
export type Notice = 'offline' | 'waiting' | 'closed' | undefined

/**
 * What to say of the connection, after what was said `before`. A new try says nothing of its own: what was said stays until
 * it is known how the try ends, and a room that is just being opened is not in trouble.
 */
export function noticeOf(state: ConnectionStatus['state'], before: Notice): Notice {
  if (state === 'live') return undefined
  return state === 'connecting' ? before : state
}
