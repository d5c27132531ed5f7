import { catalogUser, catalogUserPath } from '@farmgate/contracts/catalog.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { eq } from 'drizzle-orm'
import { type Orm, users } from '../schema.ts'
import { serviceOnly } from '../service-only.ts'

const schema = {
  tags: ['catalog'],
  summary: 'What we know of a user',
  params: catalogUserPath,
  response: { 200: catalogUser, ...problems('service_only', 'unknown_user') },
}

/** GET /catalog/users/{user_id}/ — a user whom only a token has named is not in the catalog. */
export function readCatalogUser(app: App, db: Database, orm: Orm): void {
  app.get('/catalog/users/:user_id/', { schema }, async ({ params, user }) => {
    serviceOnly(user)
    const [found] = await db.run(() => orm.select().from(users).where(eq(users.user_id, params.user_id)))
    if (!found || found.name === null) throw new Refusal('unknown_user')
    return { user_id: found.user_id, name: found.name, avatar_url: found.avatar_url }
  })
}
