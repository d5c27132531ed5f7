/* What a connection can be, what can happen to it, and what it does then. machine.ts says which when. */

/** `attempt`: how many have failed in a row. `renew`: the last token was refused, so the next try takes a new one. */
export type Try = { attempt: number; renew: boolean }

/** `silent`: heartbeats in a row in which nothing came. */
type Open = Try & { heartbeat_ms: number; silent: number }

export type State =
  /** The browser knows that there is no network: nothing is tried. */
  | ({ name: 'offline' } & Try)
  /** A token, and what has to be read before the socket, are on their way. */
  | ({ name: 'preparing' } & Try)
  /** The socket is being opened; no welcome yet. */
  | ({ name: 'opening' } & Try)
  /** Welcomed; what was missed comes first. */
  | ({ name: 'catching_up' } & Open)
  | ({ name: 'live' } & Open)
  /** The next try comes at `retry_at`, milliseconds since 1970. */
  | ({ name: 'waiting'; retry_at: number } & Try)
  /** For good. */
  | { name: 'closed'; code?: number }

export type Event =
  | { type: 'online' | 'offline' | 'visible' }
  /** Everything needed for the socket is there. */
  | { type: 'prepared' }
  | { type: 'failed'; because: 'away' | 'token' | 'final'; code?: number; retry_after_ms?: number }
  /** `missed`: changes follow before it is live. */
  | { type: 'welcome'; heartbeat_ms: number; missed: boolean }
  | { type: 'caught_up' }
  /** The server does not know what we have: read everything anew. */
  | { type: 'resync' }
  /** Any frame: somebody is there. */
  | { type: 'heard' }
  /** The server closed the socket, or it broke. */
  | { type: 'closed'; code: number }
  /** The time of the last `alarm` is over. */
  | { type: 'alarm' }
  | { type: 'stop' }

export type Effect =
  | { do: 'prepare'; renew: boolean }
  | { do: 'open' }
  /** Ends the socket, or the preparation. */
  | { do: 'drop' }
  /** What is known is of no use: the next preparation starts from nothing. */
  | { do: 'forget' }
  | { do: 'ping' }
  /** One alarm at a time; it is off once the state's name changes. */
  | { do: 'alarm'; in_ms: number }

export type Step = { state: State; effects: Effect[] }

/** What the driver brings along: the time, chance (0 to 1), and how patient to be. */
export type At = { now: number; random: number; backoff: { base: number; cap: number } }
