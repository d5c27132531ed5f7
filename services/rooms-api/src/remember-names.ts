import type { Database } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { within } from '@farmgate/streams/bell.ts'
import { sql } from 'drizzle-orm'
import { type Orm, users } from './schema.ts'

/** Names that this process need not write again. */
const MOST_NAMES = 10_000
/** What a user asks for waits this long for a courtesy. */
const COURTESY_MS = 300

/**
 * Whoever calls with a `name` in the token is shown by it to the other party, where the catalog knows no name. Written
 * when it is new to this process, and best effort: before what a user writes, so that its card has the name, and beside
 * what a user reads. Register it before the routes.
 */
export function rememberNames(app: App, db: Database, orm: Orm): void {
  const known = new Map<string, string>()
  app.addHook('preHandler', async ({ user, log, method }) => {
    if (user?.name === undefined || user.isService || known.get(user.id) === user.name) return
    if (known.size >= MOST_NAMES) known.clear()
    known.set(user.id, user.name)
    const claimed = db
      .run(() => claimName(orm, user.id, user.name))
      .catch((error: unknown) => {
        known.delete(user.id)
        log.warn({ err: error }, 'name.not_remembered')
      })
    if (method !== 'GET') await within(COURTESY_MS, claimed)
  })
}

const claimName = (orm: Orm, user_id: string, claimed_name: string | undefined) =>
  orm
    .insert(users)
    .values({ user_id, claimed_name })
    .onConflictDoUpdate({
      target: users.user_id,
      set: { claimed_name },
      setWhere: sql`${users.claimed_name} is distinct from ${claimed_name}`,
    })
