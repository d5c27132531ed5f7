import type { Outbox } from '@farmgate/outbox/outbox.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { Metrics } from '@farmgate/service-kit/metrics.ts'
import type { Consumer } from '@farmgate/streams/consume.ts'
import type { Pulse } from '@farmgate/streams/pulse.ts'

type Measured = { outbox: Outbox; consumer: Consumer; db: Database; pulse: Pulse }

/** One batch: how many sends, and how long it took from being taken to being committed. */
export type AppendMeter = (sends: number, seconds: number) => void

/** From one message alone to a full batch. */
const BATCH_SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500]

/** What an operator watches here, beside what every service tells of itself. */
export function measure(metrics: Metrics, { outbox, consumer, db, pulse }: Measured): void {
  const gauge = (name: string, help: string, collect: () => number) => metrics.gauge({ name, help, collect })
  gauge('outbox_waiting', 'Rows of the outbox that nobody has published yet', () => outbox.gauges.waiting)
  gauge('outbox_oldest_seconds', 'Age of the oldest of them', () => outbox.gauges.oldestS)
  gauge('stream_consumed', 'Room events applied since the start', () => consumer.counters.consumed)
  gauge('stream_pending', 'Room events delivered and not yet applied', () => consumer.counters.pending)
  gauge('stream_lag', 'Room events not yet delivered', () => consumer.counters.lag)
  gauge('stream_dead_letters', 'Room events given up on, and kept to be looked at', () => consumer.counters.deadLetters)
  gauge('database_running', 'Statements and transactions that hold a slot', () => db.load().running)
  gauge('database_waiting', 'Statements and transactions that wait for one', () => db.load().waiting)
  gauge('redis_up', '1 where Redis takes what we say, else 0', () => Number(pulse.state === 'up'))
}

/** The batches of sends, whichever door they came by. */
export function measureAppends(metrics: Metrics): AppendMeter {
  const sizes = { name: 'append_batch_size', help: 'Sends in a batch', buckets: BATCH_SIZES }
  const size = metrics.histogram(sizes)
  const time = metrics.histogram({ name: 'append_batch_seconds', help: 'Time of a batch, its commit included' })
  return (sends, seconds) => {
    size.observe(sends)
    time.observe(seconds)
  }
}
