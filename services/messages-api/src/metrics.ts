import type { Outbox } from '@farmgate/outbox/outbox.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { Metrics } from '@farmgate/service-kit/metrics.ts'
import type { Consumer } from '@farmgate/streams/consume.ts'

type Measured = { outbox: Outbox; consumer: Consumer; db: Database }

/** What an operator watches here, beside what every service tells of itself. */
export function measure(metrics: Metrics, { outbox, consumer, db }: Measured): void {
  const gauge = (name: string, help: string, collect: () => number) => metrics.gauge({ name, help, collect })
  gauge('outbox_waiting', 'Rows of the outbox that nobody has published yet', () => outbox.gauges.waiting)
  gauge('outbox_oldest_seconds', 'Age of the oldest of them', () => outbox.gauges.oldestS)
  gauge('stream_consumed', 'Room events applied since the start', () => consumer.counters.consumed)
  gauge('stream_pending', 'Room events delivered and not yet applied', () => consumer.counters.pending)
  gauge('stream_lag', 'Room events not yet delivered', () => consumer.counters.lag)
  gauge('stream_dead_letters', 'Room events given up on, and kept to be looked at', () => consumer.counters.deadLetters)
  gauge('database_running', 'Statements and transactions that hold a slot', () => db.load().running)
  gauge('database_waiting', 'Statements and transactions that wait for one', () => db.load().waiting)
}
