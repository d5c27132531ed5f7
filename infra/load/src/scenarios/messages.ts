import { type Driven, drive } from '../drive.ts'
import { watchUsage } from './costs.ts'
import { ms, type Scenario, type Table, whole } from './scenario.ts'

/** Messages at one rate. */
export const messages: Scenario = {
  says: 'messages at --rate in --rooms, followed to both members: latency, loss, doubles, order, cost',
  async run({ target, flags, say }) {
    let usage = await watchUsage(target)
    say(`${flags.rate} messages/s in ${flags.rooms} rooms for ${flags.durationMs / 1_000} s`)
    let looking: Promise<unknown> | undefined
    const driven = await drive({
      ...flags,
      target,
      onMeasuring: () => {
        looking = watchUsage(target).then((from) => {
          usage = from
        })
      },
    })
    await looking
    const costs = await usage.table('a message', (driven.rate * flags.durationMs) / 1_000)
    return {
      tables: [latencies(driven), oracle(driven), ...costs],
      charts: [overTime(driven)],
      faults: faultsOf(driven),
    }
  },
}

const latencies = ({ deliver, ack, lag, rate }: Driven): Table => ({
  title: `Latency at ${whole(rate)} messages/s, ms from the moment a message was due`,
  heads: ['', 'p50', 'p90', 'p99', 'p99.9', 'max'],
  rows: Object.entries({ delivered: deliver, acknowledged: ack, 'generator late by': lag }).map(([name, it]) => [
    name,
    ...[it.p50, it.p90, it.p99, it.p999, it.max].map(ms),
  ]),
})

const oracle = ({ sent, acked, delivered, lost, unacked, refused, doubled, reordered, closes }: Driven): Table => ({
  title: 'What became of them, warm-up included',
  heads: [
    'sent',
    'acknowledged',
    'delivered',
    'lost',
    'unanswered',
    'refused',
    'doubled',
    'out of order',
    'sockets closed',
  ],
  rows: [
    [
      ...[sent, acked, delivered, lost, unacked, refused, doubled, reordered].map(whole),
      Object.entries(closes)
        .map(([code, count]) => `${code}: ${count}`)
        .join(', ') || '0',
    ],
  ],
})

const overTime = ({ seconds }: Driven) => ({
  title: 'Delivery over time',
  x: 'second',
  y: 'ms',
  lines: (['p50', 'p99'] as const).map((name) => ({
    name,
    points: seconds.flatMap((second, at) => (Number.isNaN(second[name]) ? [] : [[at, second[name]] as const])),
  })),
})

/** What the delivery contract does not allow. */
export function faultsOf({ lost, unacked, doubled, reordered }: Driven): string[] {
  const found = { lost, 'never answered': unacked, doubled, 'out of order': reordered }
  return Object.entries(found).flatMap(([what, count]) => (count > 0 ? [`${whole(count)} messages were ${what}`] : []))
}
