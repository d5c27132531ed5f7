import type { CheckoutBody, Room } from '@farmgate/contracts/rooms.ts'
import type { Farmgate } from '../farmgate.ts'
import { request } from './request.ts'

/**
 * "Proceed to Checkout": the room of this customer, farmer and product, made if there is none. With `idempotency_key` a
 * room that holds an order already gets another; the same key again gives the first answer again.
 */
export function checkout(farmgate: Farmgate, order: CheckoutBody, idempotency_key?: string): Promise<Room> {
  const headers = idempotency_key === undefined ? {} : { 'idempotency-key': idempotency_key }
  return request(farmgate, { method: 'POST', path: '/chat/rooms/', body: order, headers })
}
