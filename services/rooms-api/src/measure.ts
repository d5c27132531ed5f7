import type { Outbox } from '@farmgate/outbox/outbox.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { Metrics } from '@farmgate/service-kit/metrics.ts'
import type { Consumer } from '@farmgate/streams/consume.ts'
import type { Pulse } from '@farmgate/streams/pulse.ts'

type Held = { db: Database; outbox: Outbox; consumer: Consumer; pulse: Pulse }

/** What an operator watches: how far behind we hear, and how far behind we tell. */
export function measure(metrics: Metrics, held: Held): void {
  const { db, outbox, consumer, pulse } = held
  const gauge = (name: string, help: string, collect: () => number) => metrics.gauge({ name, help, collect })

  gauge('outbox_waiting', 'Events and cards committed and not yet told', () => outbox.gauges.waiting)
  gauge('outbox_oldest_seconds', 'Age of the oldest of them', () => outbox.gauges.oldestS)
  gauge('stream_lag', 'Entries of the stream messages not yet read', () => consumer.counters.lag)
  gauge('stream_pending', 'Entries read and not yet acknowledged', () => consumer.counters.pending)
  gauge('stream_consumed', 'Entries handled since the start', () => consumer.counters.consumed)
  gauge('stream_failed', 'Entries whose handling failed since the start', () => consumer.counters.failed)
  gauge('stream_dead_letters', 'Entries given up on, and kept to be looked at', () => consumer.counters.deadLetters)
  gauge('database_running', 'Statements and transactions that hold a slot of the pool', () => db.load().running)
  gauge('database_waiting', 'Requests that wait for a slot of the pool', () => db.load().waiting)
  gauge('redis_up', '1 where Redis takes what we say, else 0', () => Number(pulse.state === 'up'))
}
