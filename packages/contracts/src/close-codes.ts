/**
 * Why a socket is closed, and what its client does next: `x-close-codes` of /asyncapi.json.
 * `final`: do not come back. `new_token`: come back with a new token. `jitter`: come back with full jitter and `after_rev`.
 */
export const closeCodes = {
  unsupported_data: { code: 1003, next: 'jitter', says: 'binary frames are not taken' },
  frame_too_large: { code: 1009, next: 'jitter', says: 'a frame is at most 64 KiB' },
  restarting: { code: 1012, next: 'jitter', says: 'the server restarts' },
  overloaded: { code: 1013, next: 'jitter', says: 'overloaded, come back later' },
  bad_frames: { code: 4400, next: 'final', says: 'ten bad frames within a minute' },
  unauthorized: { code: 4401, next: 'new_token', says: 'no, bad or expired token' },
  unknown_room: { code: 4404, next: 'final', says: 'no such room for you' },
  silent: { code: 4408, next: 'jitter', says: 'silent for two heartbeats' },
  too_slow: { code: 4413, next: 'jitter', says: 'more than 1 MiB waits to be read' },
  rate_limited: { code: 4429, next: 'jitter', says: 'over the rate limit' },
} as const satisfies Record<string, { code: number; next: 'final' | 'new_token' | 'jitter'; says: string }>

export type CloseReason = keyof typeof closeCodes

/** The subprotocol that a server answers; the token travels beside it as `bearer.<JWT>` and is never echoed. */
export const SUBPROTOCOL = 'farmgate.v1'
export const BEARER_PREFIX = 'bearer.'

/** A frame is at most 64 KiB, a JSON body too. */
export const MAX_FRAME_BYTES = 64 * 1024
