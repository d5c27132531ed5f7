import type { CheckoutBody } from '@farmgate/contracts/rooms.ts'
import type { Database, Tx } from '@farmgate/postgres/database.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import type { Announcer } from './announcer.ts'
import { type Draft, draftRoom } from './draft-room.ts'
import { type Answer, keepAnswer, takeKey } from './idempotency.ts'
import { type Ask, createKnownProducts } from './known-products.ts'
import { isLocked, type Opening, openRooms } from './open-rooms.ts'
import { NOTHING_TOLD, type Told } from './record-change.ts'
import { placesOrder, readRoomsOf, returnToRoom } from './return-to-room.ts'
import { type StoredRoom, seenBy } from './stored-room.ts'
import { together } from './together.ts'

/** Rooms opened by one statement. */
const MOST_ROOMS = 100
/** While Postgres works on one batch the next is written and the last one answered: more only makes them smaller. */
const BATCHES_AT_ONCE = 2
const MOST_WAITING = 1_000
const DEADLINE_MS = 4_000

/** What is answered, and what is to be told of it now that it is committed. */
export type Outcome = Answer & { told: Told }

/** A checkout and the request that brought it. */
type Asked = { checkout: CheckoutBody; requestId: string }

/** `outdated`: the product is not what it was when the room was drafted. */
type Found = { is: 'opened' | 'there'; room: StoredRoom; told: Told } | { is: 'outdated' }

/** How a checkout comes to its room. Both throw Refusal `unknown_product` or `not_the_farmers_product`. */
export function openCheckouts({ db, announcer }: { db: Database; announcer: Announcer }) {
  const products = createKnownProducts()
  const batches = { what: 'postgres', most: MOST_ROOMS, maxWaiting: MOST_WAITING, deadlineMs: DEADLINE_MS }
  const openTogether = together<Draft, Opening>({
    ...batches,
    atOnce: BATCHES_AT_ONCE,
    work: async (drafts) => {
      const { openings, told } = await db.run((sql) => openRooms(sql, drafts))
      announcer.tell(told)
      return openings
    },
    // A room that somebody is opening and does not commit costs only those who want the same one.
    failsAlone: (error) => isLocked(error) || !isDependencyAway(error),
  })
  const readTogether = together<StoredRoom, StoredRoom>({
    ...batches,
    atOnce: 1,
    work: (keys) => db.run((sql) => readRoomsOf(sql, keys)),
    failsAlone: () => false,
  })

  const openOrRead = async (draft: Draft): Promise<Found> => {
    const opening = await openTogether(draft)
    if (opening.is === 'there') return { is: 'there', room: await readTogether(draft.room), told: NOTHING_TOLD }
    return opening.is === 'opened' ? { ...opening, told: NOTHING_TOLD } : opening
  }

  async function find({ checkout, requestId }: Asked, ask: Ask, open: (draft: Draft) => Promise<Found>) {
    for (;;) {
      const product = await products.ofFarmer(ask, checkout.product_id, checkout.farmer_id)
      const found = await open(draftRoom(checkout, product, new Date().toISOString(), requestId))
      if (found.is !== 'outdated') return found
      products.forget(checkout.product_id)
    }
  }

  return {
    /** One statement where the room is new, shared with others; an order that is there is left untouched. */
    async plain(asked: Asked): Promise<Outcome> {
      const { is, room } = await find(asked, db.run, openOrRead)
      if (is === 'opened') return outcome(201, room)
      if (!placesOrder(room, asked.checkout, false)) return outcome(200, room)
      const placed = await db.begin((tx) => returnToRoom(tx, asked.checkout, { ...asked, again: false }))
      return outcome(200, placed.room, placed.told)
    },

    /** With an Idempotency-Key: once, and the first answer ever after. Throws `idempotency_key_reused`, too. */
    keyed(asked: Asked, key: string): Promise<Outcome> {
      const { checkout } = asked
      return db.begin(async (tx) => {
        const first = await takeKey(tx, key, checkout)
        if (first) return { ...first, told: NOTHING_TOLD }
        const { is, room, told } = await find(
          asked,
          (work) => work(tx),
          (draft) => openOrReturn(tx, draft, asked),
        )
        const answer = outcome(is === 'opened' ? 201 : 200, room, told)
        await keepAnswer(tx, key, checkout.customer_id, answer)
        return answer
      })
    },
  }
}

/** In a transaction that holds a key which nobody has used yet: an order is due, in a new room or in the one there. */
async function openOrReturn(tx: Tx, draft: Draft, { checkout, requestId }: Asked): Promise<Found> {
  const { openings, told } = await openRooms(tx, [draft])
  const [opening] = openings
  if (opening?.is === 'there') return { is: 'there', ...(await returnToRoom(tx, checkout, { again: true, requestId })) }
  return opening?.is === 'opened' ? { ...opening, told } : { is: 'outdated' }
}

/** Whoever asks, the answer is the room as its customer sees it. */
const outcome = (status: Answer['status'], room: StoredRoom, told = NOTHING_TOLD): Outcome => ({
  status,
  body: seenBy(room, room.customer_id),
  told,
})
