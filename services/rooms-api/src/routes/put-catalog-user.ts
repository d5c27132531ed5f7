import { type CatalogUser, catalogUser, catalogUserBody, catalogUserPath } from '@farmgate/contracts/catalog.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { eq, isNull } from 'drizzle-orm'
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
    const isNew = await db.run(() => put(orm, stored))
    return reply.code(isNew ? 201 : 200).send(stored)
  })
}

/**
 * Whether the catalog had no name of theirs: a token may have claimed one. Two statements, of which the second sees what
 * came in between: of many at once one adds them.
 */
async function put(orm: Orm, { user_id, ...facts }: CatalogUser): Promise<boolean> {
  const added = await orm
    .insert(users)
    .values({ user_id, ...facts })
    .onConflictDoUpdate({ target: users.user_id, set: facts, setWhere: isNull(users.name) })
    .returning()
  if (added.length > 0) return true
  await orm.update(users).set(facts).where(eq(users.user_id, user_id))
  return false
}
