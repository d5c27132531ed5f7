import { type Upload, uploadByFetch } from './http/upload-image.ts'
import { type Network, unknownNetwork } from './network.ts'
import { memoryOutbox } from './outbox/memory.ts'
import type { OutboxStore } from './outbox/store.ts'
import { Tokens } from './tokens.ts'

export type FarmgateOptions = {
  /** The one origin: `https://chat.example`; in a browser `location.origin`. */
  origin: string
  /** Gives a token that is good now. Asked for another before the last expires, and when it has been refused. */
  token: () => Promise<string>
} & Partial<Surroundings>

/** What a browser does otherwise than Node: `browser()` gives all of it. */
export type Surroundings = {
  /** Where messages wait to be sent; in memory where nothing is given. */
  outbox: OutboxStore
  network: Network
  upload: (upload: Upload) => Promise<Response>
  /** Milliseconds: the first try after a lost connection comes within `base`, and none later than `cap`. */
  backoff: { base: number; cap: number }
}

/** What every operation needs; made by `createFarmgate`. */
export type Farmgate = Surroundings & { origin: string; tokens: Tokens }

/** Nothing is opened and nothing asked until an operation is called. */
export const createFarmgate = ({ origin, token, ...surroundings }: FarmgateOptions): Farmgate => ({
  outbox: memoryOutbox(),
  network: unknownNetwork,
  upload: uploadByFetch,
  backoff: { base: 500, cap: 30_000 },
  ...surroundings,
  origin,
  tokens: new Tokens(token),
})
