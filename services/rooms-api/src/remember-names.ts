import type { Database } from '@farmgate/postgres/database.ts'
import type { App, Request } from '@farmgate/service-kit/app.ts'
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
  const remember = ({ user, log }: Request, name: string) => {
    if (known.size >= MOST_NAMES) known.clear()
    known.set(user.id, name)
    return db
      .run(() => claimName(orm, user.id, name))
      .catch((error: unknown) => {
        known.delete(user.id)
        log.warn({ err: error }, 'name.not_remembered')
      })
  }
  app.addHook('preHandler', (request, _reply, done) => {
    const { user, method } = request
    if (user?.name === undefined || user.isService || known.get(user.id) === user.name) return done()
    const claimed = remember(request, user.name)
    if (method === 'GET') done()
    else void within(COURTESY_MS, claimed).then(() => done())
  })
}

const claimName = (orm: Orm, user_id: string, claimed_name: string) =>
  orm
    .insert(users)
    .values({ user_id, claimed_name })
    .onConflictDoUpdate({
      target: users.user_id,
      set: { claimed_name },
      setWhere: sql`${users.claimed_name} is distinct from ${claimed_name}`,
    })
