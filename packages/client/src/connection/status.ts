import type { State } from './states.ts'

/**
 * What a screen may say about a socket. `waiting`: will be tried again at `retry_at` (milliseconds since 1970).
 * `offline`: the browser knows that there is no network. `closed`: for good, by the caller or, with `code`, because the
 * server said so (4404: no such room for you).
 */
export type ConnectionStatus =
  | { state: 'connecting' }
  | { state: 'live' }
  | { state: 'waiting'; retry_at: number }
  | { state: 'offline' }
  | { state: 'closed'; code?: number }

export function statusOf(state: State): ConnectionStatus {
  switch (state.name) {
    case 'offline':
    case 'live':
      return { state: state.name }
    case 'waiting':
      return { state: 'waiting', retry_at: state.retry_at }
    case 'closed':
      return { state: 'closed', ...(state.code !== undefined && { code: state.code }) }
    default:
      return { state: 'connecting' }
  }
}
