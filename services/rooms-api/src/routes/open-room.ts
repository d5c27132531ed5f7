import { type CheckoutBody, checkoutBody, idempotencyKey, room } from '@farmgate/contracts/rooms.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import type { User } from '@farmgate/service-kit/auth.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { z } from 'zod'
import type { Announcer } from '../announcer.ts'
import { type Answer, keepAnswer, takeKey } from '../idempotency.ts'
import { createKnownProducts, type KnownProducts } from '../known-products.ts'
import type { MessagesApi } from '../messages-api.ts'
import { openNewRoom } from '../open-new-room.ts'
import { NOTHING_TOLD, type Told } from '../record-change.ts'
import { placesOrder, readRoomOf, returnToRoom } from '../return-to-room.ts'
import { type StoredRoom, seenBy } from '../stored-room.ts'

type Holds = { db: Database; announcer: Announcer; messagesApi: MessagesApi; imageHosts: readonly string[] }
type CheckOut = { db: Database; products: KnownProducts; checkout: CheckoutBody; requestId: string }
type Outcome = Answer & { told: Told }

/** The rules of the domain: 422. */
const RULES = ['same_party', 'unknown_product', 'not_the_farmers_product', 'idempotency_key_reused'] as const

const schema = {
  tags: ['rooms'],
  summary: 'Proceed to checkout',
  description:
    'One room for a (customer, farmer, product): 201 opens it, 200 finds it. An order is placed once, however often the ' +
    'request arrives; a new Idempotency-Key buys again, the same key gives the first answer again.',
  headers: z.object({ 'idempotency-key': idempotencyKey.optional() }),
  body: checkoutBody,
  response: {
    200: room,
    201: room,
    ...problems('invalid_header', 'not_the_customer', ...RULES),
  },
}

/** POST /chat/rooms/ — the customer checks out, or the marketplace on the customer's behalf. */
export function openRoom(app: App, { db, announcer, messagesApi, imageHosts }: Holds): void {
  const products = createKnownProducts()

  app.post('/chat/rooms/', { schema }, async ({ id, headers, body, user }, reply) => {
    permit(body, user, imageHosts)
    const key = headers['idempotency-key']
    const work = { db, products, checkout: body, requestId: id }
    const { status, body: answer, told } = await (key === undefined ? checkOut(work) : checkOutOnce(work, key))
    announcer.tell(told)
    if (status === 201) return reply.code(201).header('location', `/chat/rooms/${answer.room_id}/`).send(answer)
    // Of a new room messages-api fetches the story when it is asked for it; an old one it believes to know.
    await messagesApi.nudge(told.events, id)
    return answer
  })
}

function permit(checkout: CheckoutBody, user: User, imageHosts: readonly string[]) {
  const { customer_id, farmer_id, product_image_url: imageUrl } = checkout
  if (imageUrl && imageHosts.length > 0 && !liesOn(imageHosts, new URL(imageUrl))) {
    const errors = [{ path: 'product_image_url', message: 'must be on one of the hosts that serve product images' }]
    throw new Refusal('invalid_body', undefined, { errors })
  }
  if (customer_id !== user.id && !user.isService) throw new Refusal('not_the_customer')
  if (customer_id === farmer_id) throw new Refusal('same_party')
}

/** A host named without a port stands for all of its ports. */
const liesOn = (hosts: readonly string[], { host, hostname }: URL) => hosts.includes(host) || hosts.includes(hostname)

/** Without a key: one statement where the room is new; an order that is there is left untouched. */
async function checkOut({ db, products, checkout, requestId }: CheckOut): Promise<Outcome> {
  const opened = await db.run((sql) => openNewRoom(sql, checkout, products, requestId))
  if (opened) return outcome(201, opened)
  const there = await db.run((sql) => readRoomOf(sql, checkout))
  if (!placesOrder(there, checkout, false)) return outcome(200, { room: there, told: NOTHING_TOLD })
  return outcome(200, await db.begin((tx) => returnToRoom(tx, checkout, { again: false, requestId })))
}

/** With a key: once, and the first answer ever after. */
function checkOutOnce({ db, products, checkout, requestId }: CheckOut, key: string): Promise<Outcome> {
  return db.begin(async (tx) => {
    const first = await takeKey(tx, key, checkout)
    if (first) return { ...first, told: NOTHING_TOLD }
    const opened = await openNewRoom(tx, checkout, products, requestId)
    const answer = opened
      ? outcome(201, opened)
      : outcome(200, await returnToRoom(tx, checkout, { again: true, requestId }))
    await keepAnswer(tx, key, checkout.customer_id, answer)
    return answer
  })
}

/** Whoever asks, the answer is the room as its customer sees it. */
const outcome = (status: Answer['status'], { room, told }: { room: StoredRoom; told: Told }): Outcome => ({
  status,
  body: seenBy(room, room.customer_id),
  told,
})
