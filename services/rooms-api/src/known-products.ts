import { Refusal } from '@farmgate/service-kit/refusal.ts'
import type { ISql } from 'postgres'

/** What a checkout needs to know of a product. */
export type Product = {
  product_id: string
  farmer_id: string
  name: string
  unit: string | null
  image_url: string | null
}

/** Where a product that is not known is looked for: the pool, or a transaction. */
export type Ask = <T>(work: (sql: ISql) => Promise<T>) => Promise<T>

const MOST_PRODUCTS = 10_000

/**
 * Products that this process has seen, so that a checkout in the usual case is one statement. They may be out of date:
 * the statement that opens a room checks that its product is still this one, and `forget` comes before the next try.
 */
export function createKnownProducts() {
  const known = new Map<string, Product>()

  return {
    /**
     * The product, which is the farmer's. What is known is enough to say yes, never to refuse.
     * @throws Refusal `unknown_product` or `not_the_farmers_product`
     */
    async ofFarmer(ask: Ask, productId: string, farmerId: string): Promise<Product> {
      const seen = known.get(productId)
      if (seen?.farmer_id === farmerId) return seen
      const [product] = await ask(
        (sql) => sql<Product[]>`
          select product_id, farmer_id, name, unit, image_url from rooms.products where product_id = ${productId}`,
      )
      if (!product) throw new Refusal('unknown_product')
      if (product.farmer_id !== farmerId) throw new Refusal('not_the_farmers_product')
      if (known.size >= MOST_PRODUCTS) known.clear()
      known.set(productId, product)
      return product
    },

    forget: (productId: string): void => void known.delete(productId),
  }
}
