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
