import {
  type CatalogProduct,
  catalogProduct,
  catalogProductBody,
  catalogProductPath,
} from '@farmgate/contracts/catalog.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { eq } from 'drizzle-orm'
import { type Orm, products } from '../schema.ts'
import { serviceOnly } from '../service-only.ts'

const schema = {
  tags: ['catalog'],
  summary: 'The marketplace tells us about a product',
  params: catalogProductPath,
  body: catalogProductBody,
  response: { 200: catalogProduct, 201: catalogProduct, ...problems('service_only') },
}

/** PUT /catalog/products/{product_id}/ — 201 where the catalog did not know the product, 200 where it did. */
export function putCatalogProduct(app: App, db: Database, orm: Orm): void {
  app.put('/catalog/products/:product_id/', { schema }, async ({ params, body, user }, reply) => {
    serviceOnly(user)
    const stored = { ...params, ...body, unit: body.unit ?? null, image_url: body.image_url ?? null }
    const isNew = await db.run(() => put(orm, stored))
    return reply.code(isNew ? 201 : 200).send(stored)
  })
}

/** Whether it was new. Two statements, of which the second sees what came in between: of many at once one adds it. */
async function put(orm: Orm, { product_id, ...facts }: CatalogProduct): Promise<boolean> {
  const added = await orm
    .insert(products)
    .values({ product_id, ...facts })
    .onConflictDoNothing()
    .returning()
  if (added.length > 0) return true
  await orm.update(products).set(facts).where(eq(products.product_id, product_id))
  return false
}
