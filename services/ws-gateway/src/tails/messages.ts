import { FRAMES_STREAM, MESSAGES_STREAM, type MessageEventType } from '@farmgate/contracts/message-events.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { Trace } from '@farmgate/service-kit/trace.ts'
import { field } from '@farmgate/streams/entries.ts'
import { sampleDelivery } from '../delivery.ts'
import type { Hub } from '../hub.ts'
import type { GatewayMetrics } from '../metrics.ts'
import type { EntryHandler } from './tail-streams.ts'

const HEARS = { kind: 'consumer' } as const
const BATCH: MessageEventType = 'messages.created'

type Hearers = { hub: Hub; log: Log; trace: Trace; metrics: GatewayMetrics }

/**
 * What changed in the histories of rooms. The hot path: nothing is parsed, the frame passes as it is, and an entry of a
 * room that nobody watches here, or of what has passed already, is left after one look.
 */
export const messageEntries = (hearers: Hearers): EntryHandler => {
  const sample = sampleDelivery(hearers.metrics)
  const hearBatch = batchEntries(hearers, sample)
  const hearOne = singleEntries(hearers, sample)
  return (id, fields) => (field(fields, 'type') === BATCH ? hearBatch(id, fields) : hearOne(id, fields))
}

type Sample = (frame: string) => void

const isRev = (rev: number) => Number.isSafeInteger(rev) && rev >= 1

/** What a batch created, in columns. */
const batchEntries =
  ({ hub, log }: Hearers, sample: Sample): EntryHandler =>
  (id, fields) => {
    const roomIds = field(fields, 'room_ids')?.split(' ') ?? []
    const revs = field(fields, 'revs')?.split(' ').map(Number) ?? []
    const lacks = (roomId: string, at: number) => hub.get(roomId)?.lacks(revs[at] ?? 0) ?? false
    const isPaired = roomIds.length === revs.length && revs.every(isRev)
    if (isPaired && !roomIds.some(lacks)) return false
    const frames = field(fields, 'frames')?.split('\n') ?? []
    if (!isPaired || frames.length !== revs.length) {
      log.warn({ stream: FRAMES_STREAM, entry: id }, 'entry.malformed')
      return false
    }
    let isNews = false
    for (const [at, frame] of frames.entries()) {
      if (!hub.get(roomIds[at] ?? '')?.offer(revs[at] ?? 0, frame)) continue
      isNews = true
      sample(frame)
    }
    return isNews
  }

/** One change of a room, or a read marker. */
const singleEntries =
  ({ hub, log, trace }: Hearers, sample: Sample): EntryHandler =>
  (id, fields) => {
    const room = hub.get(field(fields, 'room_id') ?? '')
    if (!room) return false
    const type = field(fields, 'type')
    const frame = field(fields, 'frame') ?? ''
    const at = Number(field(fields, type === 'read.moved' ? 'seq' : 'rev'))
    if (frame === '' || !isRev(at)) {
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
