import { type CheckoutBody, checkoutBody, idempotencyKey, room } from '@farmgate/contracts/rooms.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import type { User } from '@farmgate/service-kit/auth.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { z } from 'zod'
import type { Announcer } from '../announcer.ts'
import { openCheckouts } from '../checkouts.ts'
import type { MessagesApi } from '../messages-api.ts'

type Holds = { db: Database; announcer: Announcer; messagesApi: MessagesApi; imageHosts: readonly string[] }

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
  const checkouts = openCheckouts({ db, announcer })

  app.post('/chat/rooms/', { schema }, async ({ id, headers, body, user }, reply) => {
    permit(body, user, imageHosts)
    const key = headers['idempotency-key']
    const asked = { checkout: body, requestId: id }
    const {
      status,
      body: answer,
      told,
    } = await (key === undefined ? checkouts.plain(asked) : checkouts.keyed(asked, key))
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
