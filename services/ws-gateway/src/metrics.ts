import type { CloseReason } from '@farmgate/contracts/close-codes.ts'
import type { Metrics } from '@farmgate/service-kit/metrics.ts'

/** From one message alone to a full batch. */
const BATCH_SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500]

export type GatewayMetrics = ReturnType<typeof gatewayMetrics>

/** What an operator asks of a gateway: how many, how fast, and why sockets go. */
export function gatewayMetrics(metrics: Metrics) {
  const framesIn = metrics.counter({ name: 'frames_in_total', help: 'Frames from clients' })
  const framesOut = metrics.counter({ name: 'frames_out_total', help: 'Frames to clients' })
  const commands = metrics.counter({
    name: 'commands_total',
    help: 'Commands of sockets by their outcome',
    labels: ['lane', 'outcome'],
  })
  const closes = metrics.counter({
    name: 'closes_total',
    help: 'Sockets that we closed, by reason',
    labels: ['reason'],
  })
  const heldBack = metrics.counter({
    name: 'sockets_held_back_total',
    help: 'Times that a socket was not read on, since too much of it was not answered yet',
  })
  const joins = metrics.counter({ name: 'joins_total', help: 'Sockets that entered a room', labels: ['how'] })
  return {
    framesIn,
    framesOut,
    commands,
    heldBack,
    countClose: (reason: CloseReason) => closes.inc({ reason }),
    countJoin: (how: 'new' | 'resumed' | 'resync') => joins.inc({ how }),
    batchSize: metrics.histogram({
      name: 'lane_batch_size',
      help: 'Commands in a batch',
      labels: ['lane'],
      buckets: BATCH_SIZES,
    }),
    batchSeconds: metrics.histogram({ name: 'lane_batch_seconds', help: 'Time of a batch', labels: ['lane'] }),
    /** Samples of all messages: to read the time of each frame would cost more than to send it. */
    deliverySeconds: metrics.histogram({
      name: 'delivery_seconds',
      help: 'From messages-api taking a message to its frame leaving for the sockets here, of one in 16 off the streams',
    }),
    losses: metrics.counter({ name: 'tail_losses_total', help: 'Times that entries may have been missed' }),
    gapFills: metrics.counter({ name: 'gap_fills_total', help: 'Times that a gate asked for what it missed' }),
    sockets: (count: () => number) => metrics.gauge({ name: 'sockets', help: 'Sockets that are open', collect: count }),
    redisUp: (isUp: () => boolean) =>
      metrics.gauge({
        name: 'redis_up',
        help: '1 where Redis takes what we say, else 0',
        collect: () => Number(isUp()),
      }),
    rooms: (count: () => number) => metrics.gauge({ name: 'rooms', help: 'Rooms that are watched', collect: count }),
  }
}
