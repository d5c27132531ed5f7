import { catalogProduct, catalogProductPath } from '@farmgate/contracts/catalog.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { eq } from 'drizzle-orm'
import { type Orm, products } from '../schema.ts'
import { serviceOnly } from '../service-only.ts'

const schema = {
  tags: ['catalog'],
  summary: 'What we know of a product',
  params: catalogProductPath,
  response: { 200: catalogProduct, ...problems('service_only', 'product_not_found') },
}

/** GET /catalog/products/{product_id}/ */
export function readCatalogProduct(app: App, db: Database, orm: Orm): void {
  app.get('/catalog/products/:product_id/', { schema }, async ({ params, user }) => {
    serviceOnly(user)
    const [found] = await db.run(() => orm.select().from(products).where(eq(products.product_id, params.product_id)))
    if (!found) throw new Refusal('product_not_found')
    return found
  })
}
