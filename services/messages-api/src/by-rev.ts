import type { Sql } from '@farmgate/postgres/database.ts'

type Position = number | ReturnType<Sql>

/**
 * The messages of the room `r` whose rev is above `after` and not above `last`, `limit` at most of each of two kinds, in no
 * order: to stand in a `from` beside `messages.rooms r`. What was edited or deleted has an index of its own by rev. Of what
 * was not, rev follows seq, and is ahead of it by the edits and deletes of the room up to there: so it is walked by seq, from
 * as far below `after` as there have been any, and to `last`.
 */
export const messagesByRev = (sql: Sql, after: Position, last: Position, limit: number | null) => sql`(
  (
    select * from messages.messages
    where room_id = r.room_id and rev <> created_rev and rev > ${after} and rev <= ${last}
    order by rev limit ${limit}::int
  ) union all (
    select * from messages.messages
    where room_id = r.room_id and rev = created_rev and rev > ${after} and rev <= ${last}
      and seq > ${after} - (r.rev - r.last_seq) and seq <= ${last}
    order by seq limit ${limit}::int
  )
)`
