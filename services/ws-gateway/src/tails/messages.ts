import { MESSAGES_STREAM } from '@farmgate/contracts/message-events.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { Trace } from '@farmgate/service-kit/trace.ts'
import { field } from '@farmgate/streams/entries.ts'
import { sampleDelivery } from '../delivery.ts'
import type { Hub } from '../hub.ts'
import type { GatewayMetrics } from '../metrics.ts'
import type { EntryHandler } from './tail-streams.ts'

const HEARS = { kind: 'consumer' } as const

/**
 * What changed in the histories of rooms. The hot path: nothing is parsed, the frame passes as it is, and an entry of a
 * room that nobody watches here is left after one look.
 */
export const messageEntries = ({
  hub,
  log,
  trace,
  metrics,
}: {
  hub: Hub
  log: Log
  trace: Trace
  metrics: GatewayMetrics
}): EntryHandler => {
  const sample = sampleDelivery(metrics)
  return (id, fields) => {
    const room = hub.get(field(fields, 'room_id') ?? '')
    if (!room) return false
    const type = field(fields, 'type')
    const frame = field(fields, 'frame') ?? ''
    const at = Number(field(fields, type === 'read.moved' ? 'seq' : 'rev'))
    if (frame === '' || !Number.isSafeInteger(at) || at < 1) {
      log.warn({ stream: MESSAGES_STREAM, entry: id }, 'entry.malformed')
      return false
    }
    switch (type) {
      case 'message.created': {
        const delivery = trace.isOn ? trace.follow('deliver', field(fields, 'traceparent'), HEARS) : undefined
        const isNews = room.offer(at, frame)
        if (isNews) sample(frame)
        if (isNews) delivery?.end()
        return isNews
      }
      case 'message.updated':
      case 'message.deleted':
        return room.offer(at, frame)
      case 'read.moved':
        return room.readMoved(field(fields, 'user_id') ?? '', at, frame)
      default:
        // The one who says it is newer than we are.
        log.warn({ stream: MESSAGES_STREAM, entry: id }, 'entry.unknown_type')
        return false
    }
  }
}
