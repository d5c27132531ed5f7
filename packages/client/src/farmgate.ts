import type { OutboxStore } from './outbox/store.ts'

export type FarmgateOptions = {
  /** The one origin: `https://chat.example`; in a browser `location.origin`. */
  origin: string
  /** Gives a token that is good now. Asked for a new one before the last expires, and when it has been refused. */
  token: () => Promise<string>
  /** What waits to be sent is kept here; in memory where nothing is given. */
  outbox?: OutboxStore
}

/** What every operation needs; made by `createFarmgate`. */
export type Farmgate = Required<FarmgateOptions>

/** Nothing is opened and nothing asked until an operation is called. */
export declare function createFarmgate(options: FarmgateOptions): Farmgate
