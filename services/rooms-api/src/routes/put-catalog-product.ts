import {
  type CatalogProduct,
  catalogProduct,
  catalogProductBody,
  catalogProductPath,
} from '@farmgate/contracts/catalog.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { sql } from 'drizzle-orm'
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
    const [put] = await db.run(() => upsert(orm, stored))
    return reply.code(put?.known ? 200 : 201).send(stored)
  })
}

/** `returning` sees the table as it was. */
const upsert = (orm: Orm, { product_id, ...facts }: CatalogProduct) =>
  orm
    .insert(products)
    .values({ product_id, ...facts })
    .onConflictDoUpdate({ target: products.product_id, set: facts })
    .returning({
      known: sql<boolean>`exists (select from rooms.products before where before.product_id = ${product_id})`,
    })
