import type { Sql } from 'postgres'

/** A reference to facts that others must hear of, written in the transaction that made them facts. */
export type OutboxRow = {
  /** A bigint: as text it is exact. */
  id: string
  topic: string
  subject: string
  first_rev: number
  last_rev: number
  detail: string
  request_id: string
}

/** A set of ids as one parameter of any size, whatever array types the connection knows. */
const idList = (ids: readonly string[]) => `{${ids.join(',')}}`

/** The statements on one outbox table. */
export function outboxRows(sql: Sql, table: string) {
  const columns = sql`id::text, topic, subject, first_rev::float8, last_rev::float8, detail, request_id`
  const isOverdue = (minAgeMs: number) => sql`created_at < now() - make_interval(secs => ${minAgeMs / 1_000})`

  return {
    /** What is left over, the oldest first; found by being there. */
    overdue: (minAgeMs: number, except: readonly string[], most: number) => sql<OutboxRow[]>`
      select ${columns} from ${sql(table)}
      where ${isOverdue(minAgeMs)} and id <> all(${idList(except)}::text::bigint[])
      order by id limit ${most}`,

    /**
     * A page of what is left over. Only for telling it once more: a row that commits late below `after` is on the next
     * turn's pages, so nothing may depend on having seen it here.
     */
    page: (minAgeMs: number, after: string, most: number) => sql<OutboxRow[]>`
      select ${columns} from ${sql(table)}
      where ${isOverdue(minAgeMs)} and id > ${after}::text::bigint
      order by id limit ${most}`,

    remove: async (ids: readonly string[]) => {
      await sql`delete from ${sql(table)} where id = any(${idList(ids)}::text::bigint[])`
    },

    /** How many rows there are, and the age of the oldest in seconds. */
    measure: async () => {
      const [seen] = await sql<{ waiting: number; oldest_s: number }[]>`
        select count(*)::float8 as waiting, coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as oldest_s
        from ${sql(table)}`
      return { waiting: seen?.waiting ?? 0, oldestS: seen?.oldest_s ?? 0 }
    },
  }
}
