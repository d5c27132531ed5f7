import type { Outbox } from '@farmgate/outbox/outbox.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { InternalClient } from '@farmgate/service-kit/internal-client.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { Trace } from '@farmgate/service-kit/trace.ts'
import type { Images } from './images/open-images.ts'
import type { KeptRooms } from './kept-rooms.ts'
import type { KnownParties } from './known-parties.ts'
import type { AppendMeter } from './metrics.ts'
import type { CardTeller } from './tell-cards.ts'

/** What messages-api holds and its operations work with. */
export type Held = {
  log: Log
  trace: Trace
  db: Database
  /** Publishes what a transaction left in `messages.outbox`. */
  outbox: Outbox
  /** Tells the cards of batches, and then lets their outbox rows go. */
  cards: CardTeller
  /** rooms-api, the owner of rooms and orders. */
  rooms: InternalClient
  /** Uploads: where they are kept, how they are shown, what removes them. */
  images: Images
  /** Rooms that somebody keeps locked: no batch waits for one twice. */
  keptRooms: KeptRooms
  /** Who is in which room, as far as we have seen: what is known need not be looked up for a send. */
  parties: KnownParties
  /** Told of each batch that went into the histories. */
  appended: AppendMeter
}
