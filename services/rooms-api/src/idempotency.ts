import { createHash } from 'node:crypto'
import type { CheckoutBody, Room } from '@farmgate/contracts/rooms.ts'
import type { Tx } from '@farmgate/postgres/database.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'

/** An answer as it was first given. */
export type Answer = { status: 200 | 201; body: Room }

/**
 * Takes the key for this transaction, or gives the first answer to it. Whoever brings the same key meanwhile waits for
 * the transaction to end: the key's row is its lock.
 * @throws Refusal `idempotency_key_reused` where the first body was another one
 */
export async function takeKey(tx: Tx, key: string, checkout: CheckoutBody): Promise<Answer | undefined> {
  const { customer_id } = checkout
  const fingerprint = fingerprintOf(checkout)
  const { count } = await tx`
    insert into rooms.idempotency_keys (customer_id, key, fingerprint) values (${customer_id}, ${key}, ${fingerprint})
    on conflict do nothing`
  if (count === 1) return undefined
  const [first] = await tx<{ fingerprint: string; status: Answer['status']; answer: Room }[]>`
    select fingerprint, status, answer from rooms.idempotency_keys where customer_id = ${customer_id} and key = ${key}`
  if (first?.fingerprint !== fingerprint) throw new Refusal('idempotency_key_reused')
  return { status: first.status, body: first.answer }
}

/** Keeps the answer beside its key. A transaction that fails leaves neither. */
export async function keepAnswer(tx: Tx, key: string, customerId: string, { status, body }: Answer): Promise<void> {
  await tx`
    update rooms.idempotency_keys set status = ${status}, answer = ${JSON.stringify(body)}::text::json
    where customer_id = ${customerId} and key = ${key}`
}

/** The same for the same wish, however its JSON was written: integers for ids, the order of fields, null or nothing. */
function fingerprintOf({ customer_id, farmer_id, product_id, ...rest }: CheckoutBody): string {
  const { quantity, is_post_checkout, product_image_url = null } = rest
  const wish = [customer_id, farmer_id, product_id, quantity, is_post_checkout, product_image_url]
  return createHash('sha256').update(JSON.stringify(wish)).digest('base64url')
}
