import { type SendBatch, sendBatchAnswer } from '@farmgate/contracts/internal-messages.ts'
import type { Span } from '@farmgate/service-kit/trace.ts'
import { sampleDelivery } from '../delivery.ts'
import { askSends } from './ask-sends.ts'
import { byPost, type LaneHolds, openRoomLane, type Result, type RoomLane, settleChange } from './room-lane.ts'

const MAX_BATCH = 500

export type Send = SendBatch['sends'][number]

export function openSends(holds: LaneHolds): RoomLane<Send> {
  const { trace } = holds
  const sample = sampleDelivery(holds.metrics)
  const spans = new WeakMap<Send, Span>()
  const lane = openRoomLane<Send, Result>(
    {
      name: 'send',
      ask: askSends(
        holds.sendsLines,
        byPost(holds, 'send', (sends) => ({ sends }), sendBatchAnswer),
      ),
      maxBatch: MAX_BATCH,
      settle(command, result, isRetry) {
        const { client_message_id, traceparent } = command.item
        const delivery = trace.follow('deliver', traceparent)
        const isNews = settleChange(holds.hub, command, result, isRetry, client_message_id)
        if (isNews) delivery?.end()
        spans.get(command.item)?.end()
        if (isNews && result.outcome === 'changed') sample(result.frame)
      },
    },
    holds,
  )
  return {
    ...lane,
    push(session, item) {
      const span = trace.begin('frame message.send', { kind: 'server', attributes: { room_id: item.room_id } })
      const send = span ? { ...item, traceparent: span.traceparent } : item
      if (span) spans.set(send, span)
      lane.push(session, send)
    },
  }
}
