import { catalogUser, catalogUserBody, catalogUserPath } from '@farmgate/contracts/catalog.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { sql } from 'drizzle-orm'
import { type Orm, users } from '../schema.ts'
import { serviceOnly } from '../service-only.ts'

const schema = {
  tags: ['catalog'],
  summary: 'The marketplace tells us about a user',
  params: catalogUserPath,
  body: catalogUserBody,
  response: { 200: catalogUser, 201: catalogUser, ...problems('service_only') },
}

/** PUT /catalog/users/{user_id}/ — 201 where the catalog did not know the user, 200 where it did. */
export function putCatalogUser(app: App, db: Database, orm: Orm): void {
  app.put('/catalog/users/:user_id/', { schema }, async ({ params, body, user }, reply) => {
    serviceOnly(user)
    const stored = { user_id: params.user_id, name: body.name, avatar_url: body.avatar_url ?? null }
    const [put] = await db.run(() => upsert(orm, stored))
    return reply.code(put?.known ? 200 : 201).send(stored)
  })
}

/** `returning` sees the table as it was: a user known only by a claimed name is new to the catalog. */
const upsert = (orm: Orm, { user_id, ...facts }: { user_id: string; name: string; avatar_url: string | null }) =>
  orm
    .insert(users)
    .values({ user_id, ...facts })
    .onConflictDoUpdate({ target: users.user_id, set: facts })
    .returning({
      known: sql<boolean>`exists (select from rooms.users before where before.user_id = ${user_id} and before.name is not null)`,
    })
