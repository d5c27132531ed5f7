import type { Stack } from '@farmgate/stack/stack.ts'
import { serviceToken, token } from '@farmgate/testing/tokens.ts'
import { createFarmgate, type Farmgate, type FarmgateOptions } from '../farmgate.ts'
import { checkout } from '../http/checkout.ts'
import { request } from '../http/request.ts'

const PRODUCT = 'p-tomatoes'
export const FARMER = 'f-bo'

/** Quick to come back: a test is not a crowd. */
const BACKOFF = { base: 50, cap: 400 }

/** One user's client of a stack, over any way to it. */
export const clientOf = (user: string, origin: string, more: Partial<FarmgateOptions> = {}): Farmgate =>
  createFarmgate({ origin, token: async () => token(user), backoff: BACKOFF, ...more })

/** Bo sells tomatoes. */
export async function offer({ url }: Pick<Stack, 'url'>): Promise<void> {
  const marketplace = createFarmgate({ origin: url, token: async () => serviceToken() })
  const put = (path: string, body: object) => request(marketplace, { method: 'PUT', path, body })
  await put(`/catalog/users/${FARMER}/`, { name: "Bo's Farm" })
  await put(`/catalog/products/${PRODUCT}/`, { farmer_id: FARMER, name: 'Tomatoes', unit: 'kg' })
}

let customers = 0

/** A customer nobody has seen before buys from Bo: a room of their own. */
export async function buy({ url }: Pick<Stack, 'url'>, is_post_checkout = true) {
  const customer = `c-${++customers}`
  const order = { customer_id: customer, farmer_id: FARMER, product_id: PRODUCT, quantity: 2.5, is_post_checkout }
  const { room_id } = await checkout(clientOf(customer, url), order)
  return { customer, room_id }
}

/** The smallest of photos: one pixel. */
export const photo = (): Blob => new Blob([Buffer.from(PIXEL, 'base64')], { type: 'image/png' })
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
