import { type SendBatch, sendBatchAnswer } from '@farmgate/contracts/internal-messages.ts'
import { sampleDelivery } from '../delivery.ts'
import { type LaneHolds, openRoomLanes, type RoomLanes, settleChange } from './room-lanes.ts'

const MAX_BATCH = 500

export type Send = SendBatch['sends'][number]

export function openSends(holds: LaneHolds): RoomLanes<Send> {
  const sample = sampleDelivery(holds.metrics)
  return openRoomLanes(
    {
      name: 'send',
      bodyOf: (sends) => ({ sends }),
      answer: sendBatchAnswer,
      maxBatch: MAX_BATCH,
      settle(command, result, isRetry) {
        settleChange(holds.hub, command, result, isRetry, command.item.client_message_id)
        if (result.outcome === 'changed') sample(result.frame)
      },
    },
    holds,
  )
}
