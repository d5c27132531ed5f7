import type { OutboxRow } from '@farmgate/outbox/rows.ts'
import type { ISql } from 'postgres'

/** What is still to be told: events of the room's story (first_rev to last_rev), or that its card looks different. */
type Topic = 'events' | 'card'

/** `returning` of an insert into rooms.outbox, as an `OutboxRow`. */
export const outboxColumns = (sql: ISql) => sql`
  id::text, topic, subject, first_rev::float8, last_rev::float8, detail, request_id`

export const ofTopic = (rows: readonly OutboxRow[], topic: Topic): OutboxRow[] =>
  rows.filter((row) => row.topic === topic)
